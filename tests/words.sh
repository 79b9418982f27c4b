#!/bin/sh
# How sources read: no line is longer than 80 columns; no comment outside of
# tests refers to a number that only tests/rows explains, or to a document that
# is not in this tree, or has a pronoun in place of the process or user that it
# is about. TAP.
set -u
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0

verdict() {	# verdict NAME FOUND: the places where it is not so
	if [ -z "$2" ]; then
		echo "ok - $1"
		passed=$((passed + 1))
	else
		echo "not ok - $1"
		echo "$2" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

# Comments of these files, a line each: FILE:LINE: TEXT.
comments() {
	perl -e 'for my $file (@ARGV) {
		local $/;
		open my $f, "<", $file or die "$file: $!\n";
		my $text = <$f>;
		while ($text =~ m{/\*.*?\*/}gs) {
			my $line = 1 + substr($text, 0, $-[0]) =~ tr/\n//;
			for (split /\n/, $&) {
				print "$file:", $line++, ": $_\n";
			}
		}
	}' "$@"
}

sources=$(git ls-files '*.c' '*.h')
ours=$(echo "$sources" | grep -v '^tests/'; git ls-files 'policy/*.policy')

found=$(for file in $sources; do
	expand "$file" | awk -v file="$file" 'length > 80 {
	    print file ":" NR ": " length " columns" }'
done)
verdict "no line has more than 80 columns" "$found"

# shellcheck disable=SC2086
found=$(comments $ours | grep -E '\b([SX][0-9]{1,3}|D[0-9]{1,2}|[A-H][0-9]{2}|Z0[0-9])\b|\b(DESIGN|STYLE|HOUSE|FEATURES)\b')
verdict "no comment refers to a number or a document outside of the tree" "$found"

# shellcheck disable=SC2086
found=$(comments $ours | grep -iE '\b(nobody|whoever|somebody|anybody)\b' |
    grep -v 'user nobody')
verdict "comments name the process or user that they are about" "$found"

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
