#!/bin/sh
# make mutants: prove that tests can fail. Each line of tests/mutants takes one
# behaviour out of a copy of the tree; a test that names the row must fail then,
# and must pass without. Root is needed where that test is a system test.
#
#	make mutants			all lines
#	make mutants ROWS="S23 A01"	those of these rows
#	make mutants MUTANTS=FILE	lines of another file
#
# A line of tests/mutants is: row, tab, file, tab, perl expression, tab, the
# behaviour that it takes away. The expression sees the whole file and must
# change it. The tests are those in the files that tests/rows names for the row;
# each of these files must notice a mutant. In place of a row stands a directory
# of tests/ where no row is about the behaviour: then each check of its tests
# counts.
set -u
cd "$(dirname "$0")/.." || exit 1
: "${B:?}"
: "${MAKE:=make}"
export B
here=$PWD
passed=0 failed=0
tab=$(printf '\t')

work=$(mktemp -d /var/tmp/bulkhead-mutants.XXXXXX) || exit 1
tree=$work/tree
installed=
finish() {
	st=$?
	if [ -n "$installed" ]; then
		end_processes
		installed_end
		rm -rf "$prefix"
	fi
	rm -rf "$work"
	exit $st
}
trap finish EXIT
trap 'exit 1' INT TERM
chmod 755 "$work"
mkdir "$tree" "$work/sound"
: >"$work/proved"
{ git ls-files --cached --others --exclude-standard; echo "$B"; } |
    grep -v '^build$' | tar -cf - -T - 2>/dev/null | tar -C "$tree" -xpf - ||
    exit 1

# pattern ROW: it, as a word of its own.
pattern() {
	printf '(^|[^A-Za-z0-9])%s([^A-Za-z0-9]|$)' "$1"
}

# What counts as naming the row in a line of TAP.
names() {
	if [ -d "tests/$1" ]; then
		echo .
	else
		pattern "$1"
	fi
}

# files ROW: its tests, as tests/rows says, or all of a directory.
files() {
	if [ -d "tests/$1" ]; then
		ls "tests/$1"/*_test.c "tests/$1"/*_unit.c 2>/dev/null
	else
		awk -F'\t' -v row="$1" '$1 == row { print $2 }' tests/rows
	fi
}

# build DIRECTORY FILES: all programs, and the tests in C; the log is in $work.
build() {
	# shellcheck disable=SC2046
	"$MAKE" -C "$1" --no-print-directory -s -j"$(nproc)" all \
	    $(echo "$2" | sed -n "s,^\(.*\)\.c\$,$B/obj/\1,p") >"$work/log" 2>&1
}

# run_unit DIRECTORY FILE: its lines of TAP.
run_unit() {
	(cd "$1" && B=$B OBJ=$B/obj TEST_SECONDS=60 \
	    sh tests/check.sh "${2%.c}")
}

# An installed copy of the tree as it is here, a user, and a place for the
# mutants: once, when the first system test is needed.
install_first() {
	[ -z "$installed" ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "# system tests need root" >&2
		return 1
	fi
	. tests/system/installed.sh
	trap finish EXIT
	installed=yes
	prefix=$(mktemp -d /usr/local/bulkhead-mutants.XXXXXX) &&
	    chmod 755 "$prefix"
}

# What a mutant has left running: the programs of its copy, and below them.
end_processes() {
	pkill -KILL -u "$BH_USER" 2>/dev/null
	for exe in /proc/[0-9]*/exe; do
		case $(readlink "$exe" 2>/dev/null) in
		"$prefix"/*)	pid=${exe#/proc/} ;;
		*)		continue ;;
		esac
		pkill -KILL -P "${pid%/exe}" 2>/dev/null
		kill -KILL "${pid%/exe}" 2>/dev/null
	done
}

# run_system DIRECTORY PREFIX REGEX FILES: their lines of TAP.
run_system() {
	# shellcheck disable=SC2086
	cd "$1" && BH_SOURCE=$1 BH_PREFIX=$2 timeout -k 10 "${TEST_SECONDS:-400}" \
	    bats --tap --filter "$3" $4 2>&1
}

# sound_unit ROW FILE: no check that names the row fails here, in the tree as it
# is. It is run once.
sound_unit() {
	out=$work/sound/$(echo "$2" | tr / .)
	[ -e "$out" ] || {
		build "$here" "$2" && run_unit "$here" "$2" >"$out"
	}
	! grep '^not ok' "$out" | grep -Eq "$(names "$1")"
}

# sound_title TITLE FILE: that system test passes here.
sound_title() {
	out=$work/sound/$(echo "$1" | md5sum | cut -c1-32)
	regex=$(printf %s "$1" | sed 's/[][().*^$+?{}|\\]/\\&/g')
	[ -e "$out" ] || (run_system "$here" "$BH_PREFIX" "^$regex\$" "$2") >"$out"
	grep -q '^ok ' "$out"
}

# A failure that only the mutant has is put into $noticed; one that is there
# without it, too, is shown.
seen_by_unit() {	# seen_by_unit ROW FILE
	run_unit "$tree" "$2" >"$work/out"
	noticed=$(grep '^not ok' "$work/out" | grep -E "$(names "$1")")
	[ -n "$noticed" ] || return 1
	sound_unit "$1" "$2" && return 0
	echo "# fails without the mutant: $2"
	return 1
}

seen_by_system() {	# seen_by_system ROW FILE
	install_first && install_mutant || return 1
	(run_system "$tree" "$prefix" "$(pattern "$1")" "$2") >"$work/out"
	end_processes
	grep '^not ok' "$work/out" | sed 's/^not ok [0-9]* //' >"$work/titles"
	while read -r noticed; do
		sound_title "$noticed" "$2" </dev/null && return 0
		echo "# fails without the mutant: $noticed"
	done <"$work/titles"
	return 1
}

# Once for each mutant.
install_mutant() {
	[ -z "$fresh" ] && return 0
	fresh=
	(cd "$tree" && "$MAKE" --no-print-directory -s install \
	    PREFIX="$prefix") >"$work/log" 2>&1 && return 0
	cat "$work/log"
	return 1
}

# try ROW FILE EXPRESSION: is the mutant noticed? $why says how, or why not. Of
# several files of a row each must notice a mutant.
try() {
	why="$2 is not there"
	[ -f "$2" ] || return 1
	files=$(files "$1")
	why="tests/rows names no test"
	[ -n "$files" ] || return 1
	why="the expression changes nothing"
	perl -0pi -e "$3" "$tree/$2" || return 1
	! cmp -s "$2" "$tree/$2" || return 1
	why="it does not build"
	build "$tree" "$files" || { cat "$work/log"; return 1; }
	why='' fresh=yes
	for test in $files; do
		[ -z "$why" ] || ! grep -qx "$1 $test" "$work/proved" || continue
		case $test in
		*.bats)	seen_by_system "$1" "$test" ;;
		*)	seen_by_unit "$1" "$test" ;;
		esac || continue
		echo "$1 $test" >>"$work/proved"
		why=$(echo "$noticed" | head -1)
	done
	[ -n "$why" ] && return 0
	why="no test that names $1 has failed"
	return 1
}

# A file that tests/rows names for a row, and that has noticed no mutant of it.
unproved() {
	echo "$tried" | tr ' ' '\n' | sort -u | while read -r row; do
		[ -z "$row" ] || [ -d "tests/$row" ] || files "$row" |
		    sed "s/^/$row /" | grep -vxF -f "$work/proved"
	done
}

# wanted ROW: is it one of $ROWS?
wanted() {
	[ -z "${ROWS-}" ] && return 0
	case " $ROWS " in *" $1 "*) return 0 ;; esac
	return 1
}

tried=
while IFS=$tab read -r row file expr what <&3; do
	case $row in ''|'#'*) continue ;; esac
	wanted "$row" || continue
	tried="$tried $row"
	if try "$row" "$file" "$expr"; then
		echo "ok - $row $what: $why"
		passed=$((passed + 1))
	else
		echo "not ok - $row $what: $why"
		failed=$((failed + 1))
	fi
	[ ! -f "$file" ] || cp "$file" "$tree/$file"
done 3<"${MUTANTS:-tests/mutants}"
unproved >"$work/unproved"
while read -r row file; do
	echo "not ok - $row: $file notices no mutant"
	failed=$((failed + 1))
done <"$work/unproved"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
