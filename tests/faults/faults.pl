#!/usr/bin/perl
# faults.pl: one failed system call after another, for every command.
#
# Each command runs once to count its calls; then one call of one program
# fails at a time. After each, the command must have ended in time, by no
# signal, with an error if it failed and with the result if it did not;
# and the next commands must work and leave nothing behind, while the
# container that was there before still runs.
#
# Environment:
#	BH_PREFIX BH_USER BH_FIXTURES	as tests/system.sh sets them
#	INJECT		the tracer, tests/faults/inject.c
#	FAULTS		"all": every call; else a sample of FAULTS_SECONDS
#	FAULTS_SECONDS	120
#	FAULTS_SEED	of the sample; printed
#	FAULTS_ONLY	a pattern on "WHO COMMAND PROGRAM CALL NUMBER ERROR"
use strict;
use warnings;
use Digest::SHA;
use File::Path qw(remove_tree make_path);
use List::Util qw(shuffle);
use Time::HiRes qw(time usleep);

my ($prefix, $user, $fixtures) = @ENV{qw(BH_PREFIX BH_USER BH_FIXTURES)};
my $inject = $ENV{INJECT};
my $all = ($ENV{FAULTS} // "") eq "all";
my $span = $ENV{FAULTS_SECONDS} // 120;
my $seed = $ENV{FAULTS_SEED} // time() % 1000000 | 0;
my $only = $ENV{FAULTS_ONLY};
my $uid = getpwnam($user) // die "no user $user\n";
my $tmp = "/var/tmp/bulkhead-faults.$$";
my $limit = 20;			# seconds that a command may take
my $soon = 5;			# seconds until the last process is gone
my $image = "localhost/busybox";
my $other = "localhost/other";	# as large, with a layer of its own
my $archive = "$fixtures/busybox.docker.tar";
my ($who, $witness);

# What each kind of call fails with. Others: EIO.
my %errors = (
	(map { $_ => [qw(EMFILE EIO ENOMEM)] } qw(open openat openat2)),
	(map { $_ => [qw(EIO)] } qw(read pread64 readv fstat fstatfs
	    newfstatat getdents64)),
	(map { $_ => [qw(ENOSPC EIO)] } qw(write pwrite64 pwritev writev
	    rename renameat renameat2 link linkat unlinkat mkdir mkdirat
	    ftruncate fallocate symlinkat fchmod)),
	(map { $_ => [qw(EIO ENOSPC)] } qw(fsync fdatasync)),
	(map { $_ => [qw(ENOMEM)] } qw(mmap brk mremap sendmsg memfd_create
	    poll ppoll seccomp execve execveat)),
	(map { $_ => [qw(EAGAIN ENOMEM)] } qw(clone clone3 vfork fork)),
	(map { $_ => [qw(EMFILE ENOMEM)] } qw(socket socketpair accept4 pipe2
	    recvmsg fcntl dup2 dup3 pidfd_open)),
	getrandom => [qw(EINTR EIO)],
	(map { $_ => [qw(EPERM)] } qw(prctl capset setresuid setresgid
	    setgroups landlock_restrict_self)),
);
# They fail for nothing but wrong arguments, or by a signal that we do not send.
my %never = map { $_ => 1 } qw(munmap mprotect setsid wait4 waitid
    rt_sigprocmask ioctl access close_range getrlimit nanosleep
    clock_nanosleep);

# Not of this kind of file, or not ours to handle: what a monitor reads are
# pipes, and musl ends a program whose exec changed its rights when it cannot
# look at its first three descriptors.
my @unreal = (qr/^monitor read \d/, qr/^(?:refresh|subids) poll 1$/);

# ---- the engine ----

sub engine {
	return $who eq "root" ?
	    ("$prefix/bin/bulkhead", "--root", "$tmp/root/storage",
	    "--runroot", "$tmp/root/run") : ("$prefix/bin/bulkhead");
}

sub as_user {
	return @_ if $who eq "root";
	return ("setpriv", "--reuid", $user, "--regid", $user, "--init-groups",
	    "env", "-i", "HOME=$tmp/user", "XDG_RUNTIME_DIR=$tmp/xdg",
	    "PATH=/usr/local/bin:/usr/bin:/bin", "sh", "-c",
	    'cd "$HOME" && exec "$@"', "sh", @_);
}

# run WORDS: status, standard output and error; 20 seconds at most.
sub run {
	my $pid = fork() // die;
	if ($pid == 0) {
		open(STDIN, "<", "/dev/null");
		open(STDOUT, ">", "$tmp/out");
		open(STDERR, ">", "$tmp/err");
		exec(@_) or exit(125);
	}
	waitpid($pid, 0);
	my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
	return ($status, slurp("$tmp/out"), slurp("$tmp/err"));
}

sub bh {
	return run("timeout", $limit, as_user(engine(), @_));
}

# An ordinary command of the driver's own, which must work.
sub must {
	my ($status, $out, $err) = bh(@_);
	die "@_: $status: $err\n" if $status != 0;
	return $out;
}

sub slurp {
	open(my $f, "<", $_[0]) or return "";
	local $/;
	return <$f> // "";
}

sub spew {
	open(my $f, ">", $_[0]) or die "$_[0]: $!\n";
	print($f $_[1]);
	close($f) or die "$_[0]: $!\n";
}

sub graph {
	return $who eq "root" ? "$tmp/root/storage" :
	    "$tmp/user/.local/share/containers/storage";
}
sub rundir {
	return $who eq "root" ? "$tmp/root/run/bulkhead" : "$tmp/xdg/bulkhead";
}

sub entries {
	opendir(my $d, $_[0]) or return ();
	return grep { !/^\.\.?$/ } readdir($d);
}

# Our processes, pid => program; of the containers' own those that we mark.
sub processes {
	my %found;
	for my $pid (grep { /^\d+$/ && $_ != $$ } entries("/proc")) {
		my $exe = readlink("/proc/$pid/exe") // next;
		my $owner = (stat("/proc/$pid"))[4] // next;
		my $words = slurp("/proc/$pid/cmdline");
		next unless $words =~ /mark-$who-$$/ ||
		    ($exe =~ m{^\Q$prefix\E/} &&
		    ($owner == $uid) == ($who eq "user"));
		next if slurp("/proc/$pid/stat") =~ /\) Z/;
		$found{$pid} = $exe =~ s{.*/}{}r;
	}
	return %found;
}

# ---- the commands ----

my @sleep = ("--network", "none", $image, "sh", "-c", "sleep 1000; :");
my @mark;
my @trap = ("--network", "none", $image, "sh", "-c",
    'trap "exit 0" TERM; while :; do sleep 0.05; done');

sub running { must("run", "-d", "--name", "n", @trap, @mark) }
sub created { must("create", "--name", "n", @trap, @mark) }
sub paused { running(); must("pause", "n") }
sub ended { must("run", "--name", "n", "--network", "none", $image, "echo",
    "hi") }
sub absent { bh("rmi", "-f", $other) }
sub other { must("load", "-q", "-i", "$tmp/other.tar") }
sub state_of {
	my ($status, $out) = bh("ps", "-a", "--filter", "name=^n\$", "--format",
	    "{{.State}}");
	return $out =~ s/\n//r;
}
sub is_state { my $s = $_[0]; return sub { state_of() eq $s } }
sub works {
	my ($status, $out) = bh("run", "--rm", "--network", "none",
	    $_[0] // $image, "echo", "ok");
	return $out eq "ok\n";
}
sub other_works { return works($other) }
sub volume { must("volume", "create", "v") }
sub pod { must("pod", "create", "--name", "p", "--infra=false") }
sub lists {
	my ($word, @list) = @_;
	return sub { my ($s, $o) = bh(@list); return $o =~ /^\Q$word\E$/m }
}
sub not_lists { my $f = lists(@_); return sub { !$f->() } }

# name, what comes before, the words, and what is so when it says that it
# worked. The words of "life" are a shell's, with the engine as "$@".
my @commands = (
	[ "run", undef, [ "run", "--rm", "--name", "n", "--network", "none",
	    $image, "echo", "hi" ], sub { $_[0] eq "hi\n" } ],
	[ "run -d", undef, [ "run", "-d", "--name", "n", @trap ],
	    is_state("running") ],
	[ "life", undef, '"$@" run -d --name n ' . join(" ",
	    map { "'$_'" } @trap) . ' && "$@" stop -t 5 n && "$@" rm n',
	    is_state("") ],
	[ "create", undef, [ "create", "--name", "n", @trap ],
	    is_state("created") ],
	[ "start", \&created, [ "start", "n" ], is_state("running") ],
	[ "stop", \&running, [ "stop", "-t", "5", "n" ], is_state("exited") ],
	[ "kill", \&running, [ "kill", "n" ] ],
	[ "rm", \&ended, [ "rm", "n" ], is_state("") ],
	[ "rm -f", \&running, [ "rm", "-f", "-t", "0", "n" ], is_state("") ],
	[ "wait", \&ended, [ "wait", "n" ], sub { $_[0] eq "0\n" } ],
	[ "ps", \&running, [ "ps", "-a", "--format", "{{.Names}}" ],
	    sub { join(" ", sort split(/\n/, $_[0])) eq "n w" } ],
	[ "inspect", \&running, [ "inspect", "--format", "{{.State.Status}}",
	    "n" ], sub { $_[0] eq "running\n" } ],
	[ "logs", \&ended, [ "logs", "n" ], sub { $_[0] eq "hi\n" } ],
	[ "pause", \&running, [ "pause", "n" ], is_state("paused") ],
	[ "unpause", \&paused, [ "unpause", "n" ], is_state("running") ],
	[ "load", \&absent, [ "load", "-q", "-i", "$tmp/other.tar" ],
	    \&other_works ],
	[ "load again", \&other, [ "load", "-q", "-i", "$tmp/other.tar" ],
	    \&other_works ],
	[ "import", undef, [ "import", "-q", "$tmp/small.tar",
	    "localhost/small" ], lists("localhost/small", "images", "--format",
	    "{{.Repository}}") ],
	[ "rmi", sub { must("import", "-q", "$tmp/small.tar",
	    "localhost/small") }, [ "rmi", "localhost/small" ],
	    not_lists("localhost/small", "images", "--format",
	    "{{.Repository}}") ],
	[ "images", undef, [ "images", "--format", "{{.Repository}}" ],
	    sub { $_[0] =~ m{^localhost/busybox$}m } ],
	[ "volume create", undef, [ "volume", "create", "v" ],
	    lists("v", "volume", "ls", "-q") ],
	[ "volume rm", \&volume, [ "volume", "rm", "v" ],
	    not_lists("v", "volume", "ls", "-q") ],
	[ "pod create", undef, [ "pod", "create", "--name", "p",
	    "--infra=false" ], lists("p", "pod", "ps", "--format",
	    "{{.Name}}") ],
	[ "pod rm", \&pod, [ "pod", "rm", "p" ],
	    not_lists("p", "pod", "ps", "--format", "{{.Name}}") ],
	[ "info", undef, [ "info" ] ],
);

# ---- one fault ----

sub traced {
	my ($command, @options) = @_;
	my @words = ref $command->[2] ? (engine(), @{$command->[2]}) :
	    ("sh", "-c", $command->[2], "sh", engine());
	push(@words, @mark) if ref $command->[2] && "@words" =~ /trap/;
	unlink("$tmp/report");
	my @result = run($inject, "-t", $limit, "-o", "$tmp/report",
	    "-w", $command->[0] eq "life" ? 2000 : 300, @options, "--",
	    as_user(@words));
	return @result;
}

# The end of all that is not the witness's; what could not be done is told.
sub tidy {
	my @told;
	my ($status, $out, $err) = bh("ps", "-a", "--no-trunc", "--format",
	    "{{.ID}} {{.Names}} {{.State}}");
	push(@told, "ps -a fails: $err") if $status != 0;
	push(@told, "the running container is not listed: $out")
	    if $status == 0 && $out !~ /^$witness w running$/m;
	my @ids = map { /^(\w+) (?!w )/ ? $1 : () } split(/\n/, $out);
	($status, $out, $err) = bh("rm", "-f", "-t", "0", @ids) if @ids;
	push(@told, "rm -f fails: $err") if @ids && $status != 0;
	if ($_[0] =~ /load/) {
		($status, $out, $err) = bh("load", "-q", "-i",
		    "$tmp/other.tar");
		push(@told, "load fails: $err") if $status != 0;
		push(@told, "what was loaded does not run") if !other_works();
	}
	push(@told, "run fails: " . slurp("$tmp/err")) if !works();
	bh("rmi", "-f", "localhost/small") if $_[0] =~ /import|rmi/;
	bh("volume", "rm", "-f", "v") if $_[0] =~ /volume/;
	bh("pod", "rm", "-f", "p") if $_[0] =~ /pod/;
	return @told;
}

sub left {
	my ($keep) = @_;
	my %now = processes();
	my @left = map { "process $now{$_} $_" } grep { !$keep->{$_} }
	    sort keys %now;
	push(@left, map { "run directory $_" } grep { $_ ne $witness }
	    entries(rundir() . "/ctr"));
	push(@left, map { "layer $_" } grep { $_ ne $witness &&
	    !/^(\.trash|stage|volumes|tmp)$/ } entries(graph() . "/bulkhead"));
	push(@left, "a lock: $_") for grep { !/^ID / } split(/\n/,
	    (bh("system", "locks"))[1]);
	return @left;
}

# The busybox image with one file more, as another.
sub make_other {
	my $dir = "$tmp/other";
	mkdir($dir);
	sh("tar -C $dir -xf $archive");
	my $manifest = slurp("$dir/manifest.json");
	my ($layer) = $manifest =~ /"Layers":\s*\["([^"]+)"/ or die;
	my ($config) = $manifest =~ /"Config":\s*"([^"]+)"/ or die;
	my $before = Digest::SHA->new(256)->addfile("$dir/$layer")->hexdigest;
	sh("chmod u+w $dir/$layer && tar -C $tmp/small -rf $dir/$layer hello");
	my $after = Digest::SHA->new(256)->addfile("$dir/$layer")->hexdigest;
	my $text = slurp("$dir/$config") =~ s/$before/$after/gr;
	chmod(0644, "$dir/$config", "$dir/manifest.json");
	spew("$dir/$config", $text);
	my $id = Digest::SHA::sha256_hex($text) . ".json";
	rename("$dir/$config", "$dir/$id");
	spew("$dir/manifest.json", $manifest =~ s/\Q$config\E/$id/gr =~
	    s{localhost/busybox}{$other}gr);
	sh("tar -C $dir -cf $tmp/other.tar .");
	remove_tree($dir);
}

sub sh {
	system("sh", "-c", $_[0]) == 0 or die "failed: $_[0]\n";
}

# Back to what it was, by force.
sub restore {
	my %now = processes();
	kill("KILL", $_) for keys %now;
	usleep(200000);
	prepare();
}

sub check {
	my ($command, $status, $out, $err, $keep) = @_;
	my $report = slurp("$tmp/report");
	my @told;

	push(@told, "hung: " . join(", ", $report =~ /^hung (.*)/mg))
	    if $status == 124;
	push(@told, "signal: $_") for grep { !/^\S+ (9|15) / }
	    $report =~ /^signal (.*)/mg;
	push(@told, "exit $status without a word") if $status != 0 &&
	    $status != 124 && $err !~ /\S/;
	push(@told, "one failure is told in several lines") if $status != 0 &&
	    $status != 124 && (grep { /\S/ && !/^Warning: / } split(/\n/, $err)) > 1;
	push(@told, "exit 0, but it is not so: $out$err") if $status == 0 &&
	    $command->[3] && !$command->[3]->($out);
	push(@told, tidy($command->[0]));
	my @left;
	for (my $end = time() + $soon; @left = left($keep); usleep(50000)) {
		last if time() > $end;
	}
	push(@told, map { "left behind: $_" } @left);
	push(@told, "(it said, with $status: " . ($err =~ s/\s+$//r) . ")")
	    if @told;
	return @told;
}

sub prepare {
	for my $dir (qw(user xdg root)) {
		remove_tree("$tmp/$dir") if ($dir eq "root") eq
		    ($who eq "root");
	}
	if ($who eq "user") {
		for my $dir ("$tmp/user", "$tmp/xdg") {
			mkdir($dir, 0700);
			chown($uid, (getpwnam($user))[3], $dir);
		}
	}
	must("load", "-q", "-i", $archive);
	must("run", "-d", "--name", "w", @sleep, @mark);
	$witness = must("inspect", "--format", "{{.Id}}", "w") =~ s/\n//r;
}

# ---- all of them ----

my ($passed, $failed, $skipped) = (0, 0, 0);

# Not as a user with cgroups v1.
sub can_pause {
	my ($status) = bh("pause", "w");
	must("unpause", "w") if $status == 0;
	return $status == 0;
}

# What may fail: [ command, program, call, number, error ]
sub faults {
	my ($command) = @_;
	my @found;

	if ($command->[0] =~ /pause/ && !can_pause()) {
		print("ok - $who, $command->[0] # SKIP no cgroup\n");
		$skipped++;
		return ();
	}
	$command->[1]->() if $command->[1];
	my ($status, undef, $err) = traced($command);
	die "$command->[0] without a fault: $status $err\n" if $status != 0;
	for (slurp("$tmp/report") =~ /^count (.*)/mg) {
		my ($program, $call, $count) = split(/ /);
		next if $never{$call};
		for my $n (1 .. $count) {
			next if grep { "$program $call $n" =~ $_ } @unreal;
			push(@found, map { [ $command, $program, $call, $n,
			    $_ ] } @{$errors{$call} // ["EIO"]});
		}
	}
	tidy($command->[0]);
	return @found;
}

sub one {
	my ($command, $program, $call, $n, $error) = @{$_[0]};
	my $name = "$who, $command->[0]: $program, $call $n: $error";
	my $begin = time();
	my %keep = processes();

	if ($command->[1]) {
		eval { $command->[1]->() };
		if ($@) {
			print("not ok - before $name\n# $@");
			$failed++;
			return restore();
		}
	}
	my ($status, $out, $err) = traced($command, "-p", $program, "-c",
	    $call, "-n", $n, "-e", $error);
	my $done = slurp("$tmp/report") =~ /^injected/m;
	my @told = check($command, $status, $out, $err, \%keep);
	if (@told) {
		print("not ok - $name\n", map { s/^/# /mgr =~ s/\n*$/\n/r }
		    @told);
		$failed++;
		restore();
	} elsif ($done) {
		printf("ok - %s (%.1f s)\n", $name, time() - $begin)
		    if $ENV{FAULTS_VERBOSE};
		$passed++;
	} else {
		$skipped++;	# it was not made this time
	}
}

# In an order in which each kind of call of each program has its turn.
sub sampled {
	my (%kinds, @found);
	push(@{$kinds{"$_->[1] $_->[2]"}}, $_) for shuffle(@_);
	while (%kinds) {
		for my $kind (shuffle(sort keys %kinds)) {
			push(@found, shift(@{$kinds{$kind}}));
			delete($kinds{$kind}) if !@{$kinds{$kind}};
		}
	}
	return @found;
}

sub finish {
	for my $w (qw(root user)) {
		$who = $w;
		my %now = processes();
		kill("KILL", $_) for keys %now;
	}
	usleep(200000);
	remove_tree($tmp);
}

$| = 1;
srand($seed);
print("# seed $seed\n");
mkdir($tmp, 0711) or die "$tmp: $!\n";
chmod(0711, $tmp);
mkdir("$tmp/small");
spew("$tmp/small/hello", "hello\n");
sh("tar -C $tmp/small -cf $tmp/small.tar hello");
make_other();
$SIG{INT} = $SIG{TERM} = sub { finish(); exit(1) };
eval {
	for my $w (split(/ /, $ENV{FAULTS_WHO} // "user root")) {
		$who = $w;
		@mark = ("mark-$who-$$");
		prepare();
		my @list = map { faults($_) } @commands;
		@list = grep { my ($c, @f) = @$_;
		    "$who $c->[0] @f" =~ /$only/ } @list if defined $only;
		@list = sampled(@list) unless $all;
		printf("# %s: %d calls can fail\n", $who, scalar(@list));
		my $end = time() + $span / 2;
		for my $fault (@list) {
			last if !$all && time() > $end;
			one($fault);
		}
		restore() if $failed;
	}
};
if ($@) {
	print("not ok - faults: $@");
	$failed++;
}
finish();
print("$passed passed, $failed failed, $skipped skipped\n");
exit($failed > 0);
