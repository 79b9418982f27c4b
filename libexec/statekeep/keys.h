/*
 * Every key there is in the two databases: a kind and what follows. Objects'
 * rows lie together, so that a list reads nothing else.
 */
#ifndef STATEKEEP_KEYS_H
#define STATEKEEP_KEYS_H

#define KEY_SIZE	400

#define KEY_ROW		"r"	/* r:<id>	a container, as ps shows it */
#define KEY_DEF		"d"	/* d:<id>	its definition */
#define KEY_OVER	"v"	/* v:<id>	this boot's part of the row */
#define KEY_NAME	"n"	/* n:<name>	who holds it, see registry.h */
#define KEY_POD		"p"	/* p:<id>	a pod */
#define KEY_VOLUME	"vol"	/* vol:<name>	a volume */
#define KEY_EXEC	"x"	/* x:<id>	an exec session, this boot's */
			/* xc:<container>:<id> it is that container's */
#define KEY_NETWORK	"net"	/* net:<id>	a network */
#define KEY_SECRET	"sec"	/* sec:<id>	a secret, without ... */
#define KEY_PAYLOAD	"pay"	/* pay:<id>	... what it hides */
#define KEY_ALIAS	"a"	/* a:<kind>:<name> the id of one of these */
#define KEY_USER	"u"	/* u:<kind>:<id>:<container> it uses that */
#define KEY_SLOT	"k"	/* k:<number>	whose range of ids it is */
#define KEY_HISTORY	"h"	/* h:<number>	see history.h */
#define KEY_SELF	"s"	/* s:...	the database about itself */

/* Write "kind:name" into a buffer of KEY_SIZE bytes; returns it. */
const char	*key_make(char *, const char *, const char *);

#endif
