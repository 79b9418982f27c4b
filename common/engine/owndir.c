#include "owndir.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "account.h"
#include "cleanup.h"
#include "error.h"
#include "layout.h"
#include "path.h"
#include "session.h"
#include "trust.h"

/*
 * A directory of the engine's own. Root makes it for the engine's account,
 * whose parents only root may write to, where root has chosen it: resolve, and
 * who can forge what is kept of its answers, must not choose what root hands
 * over.
 */
int
owndir_open(struct session *s, const char *path)
{
	bool		 make = !s->system || geteuid() != 0 ||
			    trust_is_chosen(s, path);
	scoped_fd int	 fd = make ? path_private_dir(path, false) :
			    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat	 st;
	uid_t		 want = s->client.uid != 0 ? s->client.uid : geteuid();

	if (!make && (fd == -1 || fstat(fd, &st) == -1 || st.st_uid == 0))
		return (error_set(&s->client.error, EPERM, "%.400s is no "
		    "directory of the account's yet: root makes one where an "
		    "option says, not where a configuration file does; install "
		    "-d -m 700 -o " LAYOUT_ACCOUNT " -g " LAYOUT_ACCOUNT
		    " %.400s", path, path));
	if (fd == -1 || fstat(fd, &st) == -1)
		return (session_sentence(s, "cannot make the directory", path));
	/* Not what the account may have put there: that it never gets. */
	if (st.st_uid == 0 && geteuid() == 0) {
		if (!trust_fresh(fd, path))
			return (error_set(&s->client.error, EPERM, "%.400s "
			    "belongs to root, and is a link or has files in "
			    "it; if it is bulkhead's, give it to its account: "
			    "chown -R bulkhead: %.400s", path, path));
		if (fchown(fd, s->client.uid, s->client.gid) == -1 ||
		    fstat(fd, &st) == -1)
			return (session_sentence(s, "cannot hand over", path));
	}
	if (st.st_uid != want || (st.st_mode & 022) != 0)
		return (error_set(&s->client.error, EPERM, "%s must belong to "
		    "uid %u and be writable by nobody else", path, (unsigned
		    int)want));
	return (take_fd(&fd));
}
