#!/bin/sh
# Which files of client, runtime, engine and view call one another in a circle:
# a reader of one has to read all of them. From the symbols of the objects that
# `make all` has compiled. Two files that are one subject may; more may not.
set -u
most=2
objects=${1:-build/plain/obj/musl/common}
[ -d "$objects" ] || objects=build/plain/obj/common

# "engine/container/exit T exit_record": what each file defines and what it
# uses. An object whose source is gone was left by an older tree.
symbols() {
	for lib in client runtime engine view; do
		for source in common/"$lib"/*.c common/"$lib"/*/*.c; do
			[ -f "$source" ] || continue
			file=${source#common/}
			[ -f "$objects/${file%.c}.o" ] || return 1
			nm -g "$objects/${file%.c}.o" |
			    awk -v f="${file%.c}" '{ print f, $(NF - 1), $NF }'
		done
	done
}

if ! all=$(symbols) || [ -z "$all" ]; then
	echo "# not all objects are in $objects: make all"
	exit 1
fi

echo "$all" | awk -v most="$most" '
	{ if (!($1 in seen)) { seen[$1] = 1; file[++n] = $1 } }
	$2 ~ /^[TDBRVC]$/ { of[$3] = $1 }
	$2 == "U" { user[++m] = $1; name[m] = $3 }
	END {
		for (i = 1; i <= m; i++)
			if (name[i] in of && of[name[i]] != user[i])
				reach[user[i], of[name[i]]] = 1
		for (k = 1; k <= n; k++)
			for (i = 1; i <= n; i++)
				if ((file[i], file[k]) in reach)
					for (j = 1; j <= n; j++)
						if ((file[k], file[j]) in reach)
							reach[file[i], file[j]] = 1
		for (i = 1; i <= n; i++) {
			circle = ""
			size = 0
			for (j = 1; j <= n; j++)
				if ((file[i], file[j]) in reach &&
				    (file[j], file[i]) in reach) {
					circle = circle " " file[j]
					size++
					if (size == 1 && j < i)
						break	# told with another
				}
			if (size < 2)
				continue
			print "# circle of " size " files:" circle
			if (size > most)
				bad = 1
		}
		print "# " n " files"
		exit bad || n == 0
	}'
