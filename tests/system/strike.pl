#!/usr/bin/perl
# strike.pl PREFIX UID PROGRAM DELAY COMMAND...: run the command and kill -9
# one process whose program is PREFIX/*/PROGRAM and whose user is (not, with
# a dash in front) UID, that many microseconds after the start; later when
# there is none yet. Says on stdout "struck" or "missed", and the exit code.
use strict;
use warnings;
use Time::HiRes qw(usleep);
use POSIX ":sys_wait_h";

my ($prefix, $uid, $program, $delay, @command) = @ARGV;

# Is it that program of ours? Some run from a sealed copy, whose name does not
# say of which installation it is: their parent's does.
sub is_ours {
	my ($p) = @_;
	my $exe = readlink("/proc/$p/exe") // "";
	return 1 if $exe =~ m{^\Q$prefix\E/(?:bin|libexec/bulkhead)/\Q$program\E$};
	return 0 if $exe ne "/memfd:$program (deleted)";
	open(my $f, "<", "/proc/$p/status") or return 0;
	my ($parent) = join("", <$f>) =~ /^PPid:\t(\d+)/m;
	return (readlink("/proc/$parent/exe") // "") =~ m{^\Q$prefix\E/};
}

sub victims {
	opendir(my $d, "/proc") or die;
	my @pids = sort { $b <=> $a } grep { /^\d+$/ } readdir($d);
	return grep {
		my $owner = (stat("/proc/$_"))[4] // -1;
		is_ours($_) &&
		    ($uid =~ /^-(.*)/ ? $owner != $1 : $owner == $uid);
	} @pids;
}

my $pid = fork() // die;
if ($pid == 0) {
	open(STDIN, "<", "/dev/null");
	open(STDOUT, ">", "$ENV{T}/strike.out");
	open(STDERR, ">", "$ENV{T}/strike.err");
	exec(@command) or die;
}
usleep($delay);
my ($struck, $done) = (0, 0);
for (1 .. 200) {
	my @v = victims();
	if (@v && kill(9, $v[rand @v])) {
		$struck = 1;
		last;
	}
	$done = waitpid($pid, WNOHANG) == $pid and last;
}
my $status = $?;
if (!$done) {
	# It must end, whichever process is missing.
	local $SIG{ALRM} = sub {
		print "hung\n";
		kill(9, $pid);
		exit(1);
	};
	alarm(40);
	waitpid($pid, 0);
	$status = $?;
}
printf("%s %d %d\n", $struck ? "struck" : "missed", $status >> 8,
    $status & 127);
