#!/bin/sh
# Make the account that the engine runs as when root starts it, and give it
# subordinate ids: 16,384 ranges of 65,536, one for each container. Does
# nothing that is done already. See INSTALL, ACCOUNTS.
set -eu

start=2147483648
count=1073741824

if [ "$(id -u)" -ne 0 ]; then
	echo "account.sh: only root can make accounts" >&2
	exit 1
fi
if ! getent passwd bulkhead >/dev/null; then
	useradd --system --user-group --no-create-home \
	    --home-dir /var/lib/bulkhead --shell /usr/sbin/nologin \
	    --comment "Bulkhead container engine" bulkhead
fi
for file in /etc/subuid /etc/subgid; do
	grep -qs '^bulkhead:' "$file" ||
	    echo "bulkhead:$start:$count" >>"$file"
done
install -d -m 700 -o bulkhead -g bulkhead /var/lib/bulkhead /run/bulkhead
