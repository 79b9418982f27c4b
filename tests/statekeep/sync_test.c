/*
 * How often the disk is waited for: the real program is traced, and every
 * call that could do so is counted.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include <stdatomic.h>

#include "state.h"
#include "tracer.h"

static const char	*program, *durable, *run;
static struct peer	 p;
static _Atomic int	*syncs;

static bool
is_sync(uint64_t nr)
{
	return (nr == SYS_fsync || nr == SYS_fdatasync || nr == SYS_syncfs ||
	    nr == SYS_sync || nr == SYS_msync || nr == SYS_sync_file_range);
}

static void
count(pid_t pid, const struct ptrace_syscall_info *info)
{
	(void)pid;
	if (info->op == PTRACE_SYSCALL_INFO_ENTRY && is_sync(info->entry.nr))
		atomic_fetch_add(syncs, 1);
}

static void
be_traced(void)
{
	tracer_start(count);
}

static void
open_store(void)
{
	CHECK(state_open(&p, program, durable, run, BOOT, "/graph") == 0);
}

/* What the last request cost. */
static int
cost(uint32_t rc)
{
	int	 n = atomic_exchange(syncs, 0);

	if (rc != 0)
		printf("# error %u: %s\n", rc, p.text);
	return (rc == 0 ? n : -1);
}

static void
test_lasting(void)
{
	const char	*id = id_of(1);

	title = "durable: one hard sync, at most, for what is promised to last";
	/* The very first commit makes the file, and its name, last. */
	CHECK(state_record(&p) == 0);
	(void)cost(0);
	CHECK(cost(ctr_create(&p, id, "web", false, false)) == 0);
	CHECK(cost(ctr_set(&p, id, IN(CREATING), CREATED, NULL, NULL)) == 1);
	CHECK(cost(ctr_set(&p, id, ANY, STARTING, NULL, NULL)) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, RUNNING, "pid", "4711")) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, PAUSED, NULL, NULL)) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, STOPPING, NULL, NULL)) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, EXITED, "exit", "3")) == 1);
	CHECK(cost(ctr_find(&p, "web")) == 0);
	CHECK(ctr_state(&p, id) == EXITED && ctr_count(&p) == 1);
	CHECK(cost(0) == 0);
	CHECK(cost(ctr_remove(&p, id)) == 1);
}

static void
test_brief(void)
{
	const char	*id = id_of(2);

	title = "run --rm: the disk is not waited for";
	CHECK(cost(ctr_create(&p, id, "", true, true)) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, STARTING, NULL, NULL)) == 0);
	CHECK(cost(ctr_set(&p, id, ANY, RUNNING, "pid", "4711")) == 0);
	CHECK(cost(ctr_remove(&p, id)) == 0);
}

/* Also while the journal is written anew, which now and then it is. */
static void
test_many(void)
{
	char	 name[16];
	int	 n = 0, rounds = 800;

	title = "a thousand changes: no more syncs than changes";
	for (int i = 0; i < rounds; i++) {
		(void)snprintf(name, sizeof(name), "m%d", i % 7);
		if (ctr_create(&p, id_of(10), name, false, false) != 0 ||
		    ctr_remove(&p, id_of(10)) != 0)
			n = -1000000;
	}
	n += cost(0);
	printf("# %d syncs for %d that were never promised\n", n, rounds);
	CHECK(n >= 0 && n <= rounds / 50);
}

int
main(int argc, char **argv)
{
	if (argc < 2)
		errx(1, "usage: %s program", argv[0]);
	program = argv[1];
	syncs = mmap(NULL, sizeof(*syncs), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (syncs == MAP_FAILED)
		err(1, "mmap");
	durable = new_dir("/tmp");
	run = new_dir("/tmp");
	start_before_exec = be_traced;
	open_store();
	test_lasting();
	test_brief();
	test_many();
	CHECK(peer_end(&p) >= 0);
	remove_dir(durable);
	remove_dir(run);
	return (finish());
}
