#include "account.h"

#include <sys/prctl.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "layout.h"
#include "log.h"

/*
 * The file itself, not the name service: this program links static, and the
 * account of a system service belongs to the machine.
 */
int
account_find(uid_t *uid, gid_t *gid)
{
	FILE		*f = fopen("/etc/passwd", "re");
	struct passwd	*pw;
	int		 rc = -1;

	if (f == NULL)
		return (-1);
	while (rc == -1 && (pw = fgetpwent(f)) != NULL)
		if (strcmp(pw->pw_name, LAYOUT_ACCOUNT) == 0) {
			*uid = pw->pw_uid;
			*gid = pw->pw_gid;
			rc = 0;
		}
	fclose(f);
	if (rc == -1)
		errno = ENOENT;
	return (rc);
}

void
account_maker(char *out, size_t size)
{
	static const char	 bin[] = "/bin/bulkhead",
				 share[] = "/share/bulkhead/make-account";
	char			 path[4096];
	ssize_t			 n;
	size_t			 at;
	bool			 is_bin;

	n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(share));
	if (n >= (ssize_t)sizeof(bin)) {
		at = (size_t)n - (sizeof(bin) - 1);
		is_bin = memcmp(path + at, bin, sizeof(bin) - 1) == 0;
		memcpy(path + at, share, sizeof(share));
		if (is_bin && access(path, X_OK) == 0) {
			(void)snprintf(out, size, "%s", path);
			return;
		}
	}
	(void)snprintf(out, size, "sh tools/account.sh");
}

void
account_become(uid_t uid, gid_t gid)
{
	uid_t	 r, e, s;

	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		fatal("become %s", LAYOUT_ACCOUNT);
	if (getresuid(&r, &e, &s) == -1 || r != uid || e != uid || s != uid ||
	    uid == 0 || setuid(0) != -1)
		fatalx(EX_SOFTWARE, "still able to become root");
	/*
	 * A change of ids makes a process not dumpable, and it stays so: it
	 * holds root's terminal, keys and descriptors, which other processes
	 * of the account must not take by ptrace.
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == -1 ||
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		fatal("dumpable");
}
