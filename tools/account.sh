#!/bin/sh
# Make the account that the engine runs as when root starts it, and give it
# subordinate ids: 16,384 ranges of 65,536, one for each container. Does
# nothing that is done already. `make install` puts it into share/bulkhead as
# make-account. See INSTALL, ACCOUNTS.
#
#	make-account [FIRST [COUNT]]	the range, where another is wanted
set -eu

start=${1:-2147483648}
count=${2:-1073741824}

if [ "$(id -u)" -ne 0 ]; then
	echo "make-account: only root can make accounts" >&2
	exit 1
fi
for n in "$start" "$count"; do
	case $n in
	''|*[!0-9]*)
		echo "make-account: \"$n\" is not a number" >&2
		exit 1 ;;
	esac
done

# Two users with the same ids could open each other's files.
taken() {
	[ -e "$1" ] || return 1
	awk -F : -v s="$start" -v n="$count" -v file="$1" '
	    $1 != "bulkhead" && NF >= 3 && $2 < s + n && $2 + $3 > s {
		printf "make-account: %s has the range %s:%s:%s, which overlaps %s:%s; give a free one: make-account FIRST COUNT\n",
		    file, $1, $2, $3, s, n
		found = 1
	    } END { exit !found }' "$1" >&2
}
for file in /etc/subuid /etc/subgid; do
	if ! grep -qs '^bulkhead:' "$file" && taken "$file"; then
		exit 1
	fi
done
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
