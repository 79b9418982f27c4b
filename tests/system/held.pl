#!/usr/bin/perl
# held.pl NUMBER CALL SECONDS: wait for a process that is NUMBER in a pid
# namespace of its own and is in the system call CALL, as the kernel says, and
# print what it executes and what it holds: "exe PATH", then "N KIND" lines.
use strict;
use warnings;

my ($number, $call, $seconds) = @ARGV;
my $end = time + $seconds;

sub slurp {
	open(my $f, '<', $_[0]) or return '';
	local $/;
	return <$f> // '';
}

while (time < $end) {
	for my $p (glob '/proc/[0-9]*') {
		slurp("$p/status") =~ /^NSpid:\t\d+\t(?:\d+\t)*$number$/m or next;
		slurp("$p/syscall") =~ /^$call / or next;
		my $exe = readlink("$p/exe") // next;
		opendir(my $d, "$p/fd") or next;
		print "exe $exe\n";
		for my $n (sort { $a <=> $b } grep { /^\d+$/ } readdir $d) {
			my $to = readlink("$p/fd/$n") // next;
			$to =~ s/:.*//;
			print "$n $to\n";
		}
		exit 0;
	}
}
exit 1;
