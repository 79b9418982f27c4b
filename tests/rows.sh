#!/bin/sh
# Each row of FEATURES, S1 to S103, has a test whose title names it: tests/rows
# says in which file. A row without one fails here, and so does a file that
# does not name its row any more. TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0
n=1
while [ "$n" -le 103 ]; do
	why='' found=0
	for file in $(awk -v row="S$n" '$1 == row { print $2 }' tests/rows); do
		found=1
		if [ ! -f "$file" ]; then
			why="$file is not there"
		elif ! grep -Eq "(@test |check|ok|title|row|TEST|\")[^\n]*\\<S$n\\>" "$file"; then
			why="$file does not name it in a title"
		fi
	done
	[ "$found" -eq 1 ] || why='no line in tests/rows'
	if [ -z "$why" ]; then
		echo "ok - S$n"
		passed=$((passed + 1))
	else
		echo "not ok - S$n: $why"
		failed=$((failed + 1))
	fi
	n=$((n + 1))
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
