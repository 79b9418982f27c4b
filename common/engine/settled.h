/*
 * The configuration, as resolve settles it: asked for with what of the
 * command line and the environment it depends on.
 */
#ifndef ENGINE_SETTLED_H
#define ENGINE_SETTLED_H

struct rec;
struct session;

/* The question, but for where relative paths begin. The caller frees. */
struct rec *settled_question(const struct session *);
/* Begin with s->config and s->config_fd. 0, or -1 with a sentence. */
int	settled_use(struct session *);
/*
 * Take what was settled for the same question before, since this boot, if all
 * that it was made from is as it was; its run directory is opened with it. 0;
 * -1: it has to be asked for.
 */
int	settled_find(struct session *);
/* Keep what was asked for, where settled_find looks. */
void	settled_keep(struct session *);
/* Ask, and later take the answer. 0, or -1 with a sentence. */
int	settled_ask(struct session *);
int	settled_take(struct session *);
/* After a change: its digest, and the memfd for others. 0, or -1 as above. */
int	settled_seal(struct session *);

#endif
