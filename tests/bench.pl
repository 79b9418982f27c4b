# The measurements of make bench; see bench.sh, which prepares for them.
use strict;
use warnings;
use Time::HiRes qw(time usleep);
use POSIX qw(:sys_wait_h);

my ($prefix, $user, $uid) = @ENV{qw(BH_PREFIX BH_USER BH_UID)};
my $fixtures = $ENV{BH_FIXTURES};
my $rounds = $ENV{ROUNDS} || 21;
my $many = $ENV{MANY} || 10000;
my $home = (getpwnam $user)[7];
my @as = ('setpriv', "--reuid=$user", "--regid=$user", '--init-groups',
    'env', '-i', "HOME=$home", "XDG_RUNTIME_DIR=/run/user/$uid",
    'PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin');
my $bh = "$prefix/bin/bulkhead";
my @root = ($bh, '--root', "$prefix/root/storage", '--runroot',
    "/run/bulkhead-bench");
my @user = (@as, $bh);
# An older build tree to compare with, on stores of its own.
my $base = $ENV{BASE} ? "$ENV{BASE}/bin/bulkhead" : undef;
my @base_root = ($base, '--root', "$prefix/base/storage", '--runroot',
    "/run/bulkhead-bench/base");
my @base_user = (@as, $base, '--root', "$home/base", '--runroot',
    "/run/user/$uid/base");
my @podman = ('podman', '--root', "$prefix/podman", '--runroot',
    "$prefix/podman-run", '--storage-driver', 'overlay');
my @run = qw(run --rm --network none);
my @ulimit = qw(--ulimit nofile=1024:1024 --ulimit nproc=1024:1024);
chdir '/';

# Start a command with nothing around it that would be measured, too: a
# leading @as is done by ourselves.
sub quiet {
	my @c = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', '/dev/null' unless $ENV{SHOW};
	if ($c[0] eq 'setpriv') {
		splice @c, 0, scalar @as;
		my $gid = (getpwuid $uid)[3];
		$) = "$gid $gid";
		POSIX::setgid($gid);
		POSIX::setuid($uid);
		%ENV = (HOME => $home, XDG_RUNTIME_DIR => "/run/user/$uid",
		    PATH => '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin');
	}
	exec @c or POSIX::_exit(127);
}

sub must { my @c = @_; waitpid(quiet(@c), 0); $? == 0 or
    warn "# failed ($?): @c\n"; return $? == 0 }

sub median { my @s = sort { $a <=> $b } @_; return $s[$#s / 2] }

# Interleaved, so that a noisy moment hits all of them.
sub compare {
	my ($what, @rows) = @_;
	my (%t, %cpu);
	for my $row (@rows) { must(@{$row->[1]}) or $row->[2] = 'failed' }
	for (1 .. $rounds) {
		for my $row (@rows) {
			next if $row->[2];
			my @c0 = POSIX::times();
			my $t0 = time;
			waitpid(quiet(@{$row->[1]}), 0);
			push @{$t{$row->[0]}}, (time - $t0) * 1000;
			my @c1 = POSIX::times();
			push @{$cpu{$row->[0]}},
			    ($c1[3] + $c1[4] - $c0[3] - $c0[4]) * 10;
		}
	}
	print "\n$what (median of $rounds, ms)\n";
	my $base;
	for my $row (@rows) {
		my $n = $row->[0];
		if ($row->[2]) { printf "  %-34s failed\n", $n; next }
		my $m = median(@{$t{$n}});
		$base //= $m;
		printf "  %-34s %8.1f   x%.2f\n", $n, $m, $m / $base;
	}
	return map { $_ => $t{$_} ? median(@{$t{$_}}) : undef } keys %t;
}

sub parallel {
	my ($n, @c) = @_;
	my $t0 = time; my $bad = 0;
	my @pids = map { quiet(@c) } 1 .. $n;
	for (@pids) { waitpid($_, 0); $bad++ if $? }
	return ((time - $t0) * 1000, $bad);
}

sub capture { my @c = @_; open my $f, '-|', @c or die; local $/; my $o = <$f>;
    close $f; $o //= q(); $o =~ s{\n\z}{}; return $o }

# CPU of one command with its helpers, the best of five.
sub cpu_of {
	my $best;
	for (1 .. 5) {
		my $before = user_cpu();
		waitpid(quiet(@_), 0);
		usleep 30_000;		# helpers end after their answers
		my $ms = user_cpu() - $before;
		$best = $ms if !defined $best || $ms < $best;
	}
	return $best;
}

# The front end does not wait for its helpers, so they are no children of
# ours: as subreaper (PR_SET_CHILD_SUBREAPER, 36) we inherit and reap them.
syscall(157, 36, 1, 0, 0, 0);
sub user_cpu {
	1 while waitpid(-1, WNOHANG) > 0;
	my $usage = "\0" x 144;
	syscall(98, -1, $usage);	# getrusage(RUSAGE_CHILDREN), to the us
	my @t = unpack 'q4', $usage;
	return ($t[0] + $t[2]) * 1e3 + ($t[1] + $t[3]) / 1e3;
}

sub wall_of {
	my @c = @_;
	return median(map { my $t = time; waitpid(quiet(@c), 0);
	    (time - $t) * 1000 } 1 .. $rounds);
}

# The peak of each program: their exit is held up while we look.
sub peaks {
	my %peak;
	my $pid = quiet(@as, 'strace', '-f', '-qq', '-o', '/dev/null', '-e',
	    'trace=exit_group', '-e', 'inject=exit_group:delay_enter=700000',
	    $bh, @_);
	for (1 .. 12) {
		usleep 100_000;
		for my $st (glob '/proc/[0-9]*/status') {
			open my $f, '<', $st or next;
			local $/;
			my $t = <$f> // next;
			my ($name) = $t =~ /^Name:\s+(\S+)/m or next;
			my ($owner) = $t =~ /^Uid:\s+(\d+)/m;
			next if $owner != $uid || $name =~ /strace|env|setpriv/;
			my ($hwm) = $t =~ /^VmHWM:\s+(\d+)/m or next;
			$peak{$name} = $hwm if $hwm > ($peak{$name} // 0);
		}
	}
	waitpid($pid, 0);
	return %peak;
}

my $image = "$fixtures/busybox.docker.tar";
must(@root, 'load', '-q', '-i', $image);
must(@user, 'load', '-q', '-i', $image);
must(@podman, 'load', '-q', '-i', $image);
if ($base) {
	must(@base_root, 'load', '-q', '-i', $image);
	must(@base_user, 'load', '-q', '-i', $image);
}
my $tree = "$home/tree";
system('mkdir', '-p', $tree); 
system("tar -xOf $image --wildcards '*.tar' 2>/dev/null | tar -C $tree -x 2>/dev/null; chown -R $user $tree; mkdir -p $tree/proc $tree/dev");

my %run = compare('run --rm --network none busybox true',
    ['bwrap, ordinary user', [@as, 'bwrap', '--unshare-all', '--bind', $tree,
	'/', '--proc', '/proc', '--dev', '/dev', '/bin/true']],
    ['bulkhead, ordinary user', [@user, @run, 'localhost/busybox', 'true']],
    ['bwrap, root', ['bwrap', '--unshare-all', '--bind', $tree, '/',
	'--proc', '/proc', '--dev', '/dev', '/bin/true']],
    ['bulkhead, root', [@root, @run, 'localhost/busybox', 'true']],
    ['podman + runc, root', [@podman, '--runtime', 'runc', @run, @ulimit,
	'localhost/busybox', 'true']]);
my $p = $run{'podman + runc, root'};
printf "  podman takes %.1f times as long as bulkhead of the user, %.1f of root\n",
    $p / $run{'bulkhead, ordinary user'}, $p / $run{'bulkhead, root'} if $p;

# Pairs: the older build, then this one.
if ($base) {
	my @bb = ('localhost/busybox', 'true');
	for (['root', \@base_root, \@root], ['ordinary user', \@base_user,
	    \@user]) {
		my ($who, $old, $new) = @$_;
		compare("$who: run --rm", ['before', [@$old, @run, @bb]],
		    ['now', [@$new, @run, @bb]]);
		for (['ps', '-a'], ['images'], ['pod', 'ps'],
		    ['version']) {
			compare("$who: @$_", ['before', [@$old, @$_]],
			    ['now', [@$new, @$_]]);
		}
		printf "  CPU of run --rm, ms: before %.1f, now %.1f\n",
		    cpu_of(@$old, @run, @bb), cpu_of(@$new, @run, @bb);
	}
}

print "\nwhere the time goes (one traced run, ms since the first message)\n";
my ($first, $last) = (0, 0);
for (sort map { /trace: (\d+\.\d+) (\S+) <- \S+ seq=\d+ fds=\d+ (\S+)/ ?
    "$1 $2 $3" : () } split /\n/, capture('sh', '-c', join(' ', @user) .
    ' --trace run --rm --network none localhost/busybox true 2>&1')) {
	my ($t, $who, $what) = split;
	$first ||= $t;
	printf "  %7.2f  +%5.2f  %-10s %s\n", ($t - $first) * 1000,
	    ($t - ($last || $t)) * 1000, $who, $what;
	$last = $t;
}

print "\nin parallel (ms, failures)\n";
for my $n (20, 200) {
	my ($ms, $bad) = parallel($n, @user, @run, 'localhost/busybox', 'true');
	printf "  %3d bulkhead, ordinary user       %8.0f  %d failed\n", $n, $ms, $bad;
	($ms, $bad) = parallel($n, @root, @run, 'localhost/busybox', 'true');
	printf "  %3d bulkhead, root                %8.0f  %d failed\n", $n, $ms, $bad;
	next if $n > 20;
	($ms, $bad) = parallel($n, @podman, '--runtime', 'runc', @run, @ulimit,
	    'localhost/busybox', 'true');
	printf "  %3d podman, root                  %8.0f  %d failed\n", $n, $ms, $bad;
}

print "\nmemory of one running container, PSS in kB\n";
for my $n (1, 10) {
	my @ids = map { capture(@user, 'run', '-d', '--network', 'none',
	    'localhost/busybox', 'sleep', '1000') } 1 .. $n;
	usleep 4_000_000;	# until they have gone idle
	my %pss;
	for my $name (qw(monitor reaper)) {
		for my $pid (split /\n/, capture('sh', '-c',
		    "pgrep -u $user -x $name || true")) {
			my $r = `cat /proc/$pid/smaps_rollup 2>/dev/null`;
			$pss{$name} += $1 if $r =~ /^Pss:\s+(\d+)/m;
		}
	}
	printf "  with %2d running: monitor %d, reaper %d, together %d\n", $n,
	    map { $_ / $n } $pss{monitor}, $pss{reaper},
	    $pss{monitor} + $pss{reaper};
	must(@user, 'rm', '-f', '-t', '0', @ids);
}

print "\nlocks (us; a round trip through the broker, one of 50 contenders' turns)\n";
for (split /\n/, capture($ENV{BH_LOCKS},
    "$prefix/libexec/bulkhead/lockbroker", 'bench')) {
	print "  $_\n" if s/^# ((?:shm|file|bare): .*|processors: .*)/$1/;
}

# Each container has one of num_locks locks.
system('install', '-d', '-o', $user, "$home/.config",
    "$home/.config/containers");
open my $conf, '>', "$home/.config/containers/containers.conf" or die;
print $conf "[engine]\nnum_locks = ", $many + 1000, "\n";
close $conf;
print "\nwith many containers (CPU ms with its helpers; peak RSS of any, kB)\n";
my $made = 0;
my @one = qw(--name one --network none localhost/busybox true);
for my $n (10, 1000, $many) {
	while ($made < $n) {
		my @pids = map { quiet(@user, 'create', 'localhost/busybox',
		    'true') } 1 .. 10;
		waitpid($_, 0) for @pids;
		user_cpu();		# and reap what we inherited
		$made += 10;
	}
	my %peak = peaks('ps', '-a');
	printf "  %6d containers: ps -a %5.1f ms; %s\n", $n,
	    cpu_of(@user, 'ps', '-a'),
	    join ', ', map { "$_ $peak{$_}" } sort keys %peak;
	my (@t, @w);
	for (1 .. $rounds) {
		my ($c, $t) = (user_cpu(), time);
		must(@user, 'create', @one);
		push @w, (time - $t) * 1000;
		usleep 30_000;
		push @t, user_cpu() - $c;
		must(@user, 'rm', 'one') if $_ < $rounds;
	}
	printf "  %6s inspect one: %.1f ms CPU, %.1f ms on the clock; " .
	    "create: %.1f ms CPU, %.1f on the clock\n", '',
	    cpu_of(@user, 'inspect', 'one'), wall_of(@user, 'inspect', 'one'),
	    median(@t), median(@w);
	must(@user, 'rm', 'one');
}
if ($made) {
	my $t0 = time;
	must(@user, 'rm', '-f', '-a', '-t', '0');
	printf "  rm -fa of %d: %.1f s\n", $made, time - $t0;
}
