#!/usr/bin/perl
# crowd.pl PREFIX UID SECONDS WORKERS IMAGE QUIET -- ENGINE...: so many
# commands of every kind at a time, for so long, while processes whose program
# is below PREFIX and whose user is (not, with a dash in front) UID are killed
# at random. QUIET is an empty storage, for `ps -a` to be measured beside.
# Says what went wrong on lines that begin with "bad:", and what was done.
use strict;
use warnings;
use Time::HiRes qw(time usleep);
use POSIX qw(:sys_wait_h);

my ($prefix, $uid, $seconds, $workers, $image, $quiet) = splice @ARGV, 0, 6;
shift @ARGV;
my @engine = @ARGV;
my $t = $ENV{T};
my $who = $ENV{WHO};
my $busybox = 'localhost/busybox';
my @sleep = ('sh', '-c', 'sleep 300', "mark-$who-$t");
my $limit = 90;			# a command that takes longer hangs
srand($ENV{BH_SEED} || time);

sub name { 'c' . int rand 12 }

# What a worker may do, as often as it stands here.
my @kinds = (
	sub { ('run', '--rm', '--name', name(), $busybox, 'true') },
	sub { ('run', '--rm', $busybox, 'true') },
	sub { ('run', '-d', '--stop-timeout', 0, '--name', name(), $busybox,
	    @sleep) },
	sub { ('run', '-d', '--rm', '--name', name(), $busybox, 'true') },
	sub { ('create', '--name', name(), $busybox, @sleep) },
	sub { ('create', '--replace', '--name', name(), $busybox, 'true') },
	sub { ('start', name()) }, sub { ('start', name(), name()) },
	sub { ('stop', '-t', 0, name()) }, sub { ('stop', '-t', 1, name()) },
	sub { ('kill', name()) },
	sub { ('rm', name()) }, sub { ('rm', '-f', '-t', 0, name()) },
	sub { ('ps', '-a') }, sub { ('ps') },
	sub { ('inspect', name()) }, sub { ('logs', name()) },
	sub { ('wait', name()) },
	sub { ('images', '-q') }, sub { ('load', '-q', '-i', $image) },
	sub { ('rmi', $busybox) },
	sub { ('system', 'locks') }, sub { ('system', 'renumber') },
);

my (%at, %struck, %done);
my $n = 0;

# Helpers outlive their front end by a moment: they are ours to reap.
syscall(157, 36, 1, 0, 0, 0);

sub begin {
	my @words = $kinds[rand @kinds]->();
	my $err = "$t/crowd.err.$n";
	$n++;
	my $pid = fork() // die "fork: $!";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null';
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', $err;
		exec @engine, @words or POSIX::_exit(99);
	}
	$at{$pid} = { words => "@words", err => $err, since => time,
	    kind => $words[0] };
}

# A killed helper is named; no helper may crash.
sub finished {
	my ($pid, $st) = @_;
	my $c = delete $at{$pid} or return;
	my $text = '';
	if (open my $f, '<', $c->{err}) { local $/; $text = <$f> // '' }
	unlink $c->{err};
	$done{$c->{kind}}++;
	my $sig = $st & 127;
	print "bad: $c->{words}: died of signal $sig: $text\n"
	    if $sig && !$struck{$pid};
	$text =~ s/(?:killed|ended) by signal 9\b[^\n]*//g;
	print "bad: $c->{words}: $text\n" if $text =~
	    /signal \d|refused a system call|damaged|Sanitizer|runtime error|assert/;
	print "bad: $c->{words}: cannot be started\n" if ($st >> 8) == 99;
	printf "slow: %.1f s: %s: %s\n", time - $c->{since}, $c->{words}, $text
	    if $ENV{CROWD_SLOW} && time - $c->{since} > 2;
}

sub reap {
	while ((my $pid = waitpid(-1, WNOHANG)) > 0) { finished($pid, $?) }
}

sub look {
	for my $pid (keys %at) {
		my $c = $at{$pid};
		my $age = time - $c->{since};
		# Who waits for a container waits for as long as that runs.
		if ($c->{kind} eq 'wait' && $age > 3) {
			$struck{$pid} = 1;
			kill 'KILL', $pid;
		} elsif ($age > $limit && !$c->{told}++) {
			print "bad: hangs: $c->{words}\n";
			system("ps -o pid,stat,wchan:20,args --ppid $pid >&2");
			$struck{$pid} = 1;
			kill 'KILL', $pid;
		}
	}
}

sub ours {
	my @pids;
	for my $dir (glob '/proc/[0-9]*') {
		my $exe = readlink "$dir/exe" // next;
		next unless defined $exe && $exe =~ m{^\Q$prefix\E/};
		my $owner = (stat $dir)[4] // next;
		next if $uid =~ /^-(.*)/ ? $owner == $1 : $owner != $uid;
		push @pids, $dir =~ m{(\d+)$};
	}
	return @pids;
}

sub strike {
	my @pids = ours() or return;
	my $pid = $pids[rand @pids];
	$struck{$pid} = 1;
	$struck{all}++ if kill 'KILL', $pid;
}

# Wall time of one `ps -a` with these global options.
sub ps {
	my $t0 = time;
	my $pid = fork() // die;
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec @engine, @_, 'ps', '-a' or POSIX::_exit(126);
	}
	waitpid($pid, 0);
	return time - $t0;
}

# Both by turns, so that they see the same load; in a process of its own.
sub watch_ps {
	my ($until) = @_;
	open my $out, '>', "$t/crowd.ps";
	while (time < $until) {
		my $alone = ps('--root', $quiet, '--runroot', "$quiet.run");
		printf $out "%.1f %.1f\n", 1000 * ps(), 1000 * $alone;
		usleep 200_000;
	}
	close $out;
	POSIX::_exit(0);
}

sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2] // 0 }

$| = 1;
my $end = time + $seconds;
my $watcher = fork() // die;
watch_ps($end) if $watcher == 0;
my $next = time + 0.5;
while (time < $end) {
	begin() while keys %at < $workers;
	reap();
	if (time > $next) {
		strike() unless $ENV{CROWD_NOKILL};
		look();
		$next = time + 0.02 + rand 0.2;
	}
	usleep 5000;
}
while (keys %at) { reap(); look(); usleep 20_000 }
waitpid($watcher, 0);
my (@busy, @alone);
if (open my $f, '<', "$t/crowd.ps") {
	while (<$f>) { my ($b, $a) = split; push @busy, $b; push @alone, $a }
}
my $all = delete $struck{all} // 0;
printf "did: %d commands, %d killed: %s\n", $n, $all,
    join ' ', map { "$_ $done{$_}" } sort keys %done;
printf "ps: %.0f ms, %.0f of them without others (medians of %d)\n",
    median(@busy), median(@alone), scalar @busy;
# Whoever has a turn may lose the processor to the crowd while others wait for
# him: the more there is to run, the more so, and both measure that.
my $waits = median(@busy) - median(@alone);
printf "bad: ps -a waits for others: %.0f ms\n", $waits
    if @busy >= 5 && $waits > 100 + median(@alone) / 2;
print "bad: nothing was killed\n" unless $all || $ENV{CROWD_NOKILL};
