#!/bin/sh
# make tcb: how many lines can run with a privilege of the host. The files are
# those of tools/tcb; code is what is left without blank lines and comments.
#
#	tools/tcb.sh [README.md]	print the table, or write it into README.md
set -eu
if [ $# -eq 1 ]; then
	sh "$0" >"$1.table"
	awk -v table="$1.table" '
	    /^    part / { while ((getline line <table) > 0) print "    " line
		old = 1 }
	    $0 == "" { old = 0 }
	    !old' "$1" >"$1.new"
	rm "$1.table"
	mv "$1.new" "$1"
	exit 0
fi
printf '%-8s %5s %6s %6s  %s\n' part files code lines what
awk '!/^#/ && NF { if (!($1 in seen)) print $1; seen[$1] = 1 }' tools/tcb |
while read -r part; do
	awk -v part="$part" '$1 == part { print $2 }' tools/tcb |
	    xargs cat | awk -v part="$part" -v files="$(grep -c "^$part	" \
	    tools/tcb)" -v what="$(sed -n "s/^# $part: //p" tools/tcb)" '
	{
		lines++
		text = $0
		while (1) {
			if (inside) {
				if (!(end = index(text, "*/"))) {
					text = ""
					break
				}
				text = substr(text, end + 2)
				inside = 0
			}
			if (!(begin = index(text, "/*")))
				break
			rest = substr(text, begin + 2)
			head = substr(text, 1, begin - 1)
			if ((end = index(rest, "*/"))) {
				text = head substr(rest, end + 2)
				continue
			}
			inside = 1
			text = head
			break
		}
		if (text ~ /[^ \t]/)
			code++
	}
	END { printf "%-8s %5d %6d %6d  %s\n", part, files, code, lines, what }'
done
