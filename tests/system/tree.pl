#!/usr/bin/perl
# tree.pl DIRECTORY: everything in it, a line each, with all that an image
# says of it; without what every container gets anew.
use strict;
use warnings;
use Digest::SHA;
use File::Find;
use Fcntl ":mode";

chdir($ARGV[0]) or die "$ARGV[0]: $!";
my %own = map { $_ => 1 } qw(./dev ./proc ./sys ./run ./etc/hosts
    ./etc/hostname ./etc/resolv.conf ./etc/mtab);
my @lines;
find({ no_chdir => 1, wanted => sub {
	if ($own{$_}) {
		$File::Find::prune = 1;
		return;
	}
	my @s = lstat($_) or die "$_: $!";
	return if S_ISCHR($s[2]) || S_ISBLK($s[2]);
	my $what = "";
	if (S_ISREG($s[2])) {
		my $sha = Digest::SHA->new(256);
		$sha->addfile($_);
		$what = "size=$s[7] links=$s[3] " . $sha->hexdigest;
	} elsif (S_ISLNK($s[2])) {
		$what = "-> " . readlink($_);
	}
	# Mount points were made in these; and a directory that a layer does
	# not name, but has something in, is of when it was unpacked.
	my $time = $_ eq "." || $_ eq "./etc" ||
	    (S_ISDIR($s[2]) && $s[9] >= $ENV{SINCE}) ? "" : $s[9];
	(my $name = $_) =~ s/\n/\\n/g;
	# podman leaves a base's own / as it made it, whatever its layer says.
	$s[2] &= ~0777 if $_ eq ".";
	push(@lines, sprintf("%s %o %d:%d %s %s", $name, $s[2], $s[4], $s[5],
	    $time, $what));
} }, ".");
print "$_\n" for sort @lines;
open(my $x, "-|", "getfattr -R -P -h -d -e hex -m '^user\\.|^security\\.cap' . 2>/dev/null");
my ($file, @x);
while (<$x>) {
	chomp;
	if (/^# file: (.*)/) { $file = $1; }
	elsif (/=/ && !/^user\.overlay|^user\.containers/) { push(@x, "xattr $file $_"); }
}
print "$_\n" for sort @x;
