#!/usr/bin/perl
# hostile.pl ENTRY...: a tar on stdout that no tar program would write. An
# entry is TYPE|NAME|LINK|CONTENT|SIZE: TYPE as in ustar (0 file, 1 hard link,
# 2 symlink, 3 and 4 devices, 5 directory, x PAX header, whose CONTENT is
# key=value,key=value); SIZE, if there, is what the header claims.
use strict;
use warnings;
use bytes;

sub header {
	my ($type, $name, $link, $size) = @_;
	my $h = pack("a100 a8 a8 a8 a12 a12 A8 a1 a100 a6 a2 a32 a32 a8 a8 a155 x12",
	    $name, "0000644\0", "0000000\0", "0000000\0",
	    $size > 077777777777 ? "\x80\0\0\0" . pack("Q>", $size) :
	    sprintf("%011o\0", $size), "00000000000\0", "", $type, $link,
	    "ustar\0", "00", "root", "root", "0000001\0", "0000003\0", "");
	substr($h, 148, 8) = sprintf("%06o\0 ", unpack("%32C*", $h));
	return $h;
}

for (@ARGV) {
	my ($type, $name, $link, $content, $size) = split(/\|/, $_, 5);
	$content //= "";
	if ($type eq "x") {
		my $pax = "";
		for my $kv (split(/,/, $content)) {
			my $n = length($kv) + 3;
			$n++ while length("$n $kv\n") > $n;
			$pax .= "$n $kv\n";
		}
		$content = $pax;
	}
	print header($type, $name, $link // "",
	    defined $size && $size ne "" ? $size : length($content));
	print $content, "\0" x (-length($content) % 512);
}
print "\0" x 1024;
