#!/bin/sh
# Write the manual page of every command: its options from the program's own
# tables, its words from bin/bulkhead/NOUN/VERB.mdoc; beside that, or all into
# one directory.
#
#	B=build/plain [OUT=directory] tools/pages.sh
set -eu
: "${B:?}"

# Part 1, 2 or 3 of what the program prints.
part() {
	"$B/bin/bulkhead" --dump-page "$1" | awk -v want="$2" '
	    $0 == "@@" { part++; next } part + 1 == want'
}

exit_status() {
	echo .Sh EXIT STATUS
	case $1 in
	run|start)
		echo "That of the container's command; 125 when bulkhead"
		echo "itself failed, 126 when the command cannot be executed,"
		echo "127 when it cannot be found."
		;;
	'config check')
		echo "0 when nothing was found, 1 when something was, 125 when a"
		echo "file could not be read."
		;;
	rmi)
		echo "0; 1 when there is no such image, 2 when a container"
		echo "uses it, 125 when it failed for another reason."
		;;
	*)
		echo "0, or 125 when it failed; 1 where podman has it so, for"
		echo "something that is not there."
		;;
	esac
}

tab=$(printf '\t')
"$B/bin/bulkhead" --dump-page - | while IFS=$tab read -r name source; do
	words=bin/bulkhead/$source.mdoc
	page=${OUT:-${words%/*}}/bulkhead-$(echo "$name" | tr ' ' -).1
	{
		part "$name" 1
		part "$name" 2 | sed '/^.Pp$/,$d'
		[ ! -f "$words" ] || sed '/^.Ss/,$d' "$words"
		part "$name" 2 | sed -n '/^.Pp$/,$p'
		[ ! -f "$words" ] || sed -n '/^.Ss/,$p' "$words"
		exit_status "$name"
		part "$name" 3
		printf '.Sh SEE ALSO\n.Xr bulkhead 1 ,\n.Xr bulkhead-engine 7\n'
	} > "$page.tmp"
	mv "$page.tmp" "$page"
done
