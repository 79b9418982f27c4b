/*
 * Every key of the two databases: a kind, a colon, and the rest. The rows of
 * containers have one prefix, so that a list reads only them.
 */
#ifndef STATEKEEP_KEYS_H
#define STATEKEEP_KEYS_H

#include "records.h"

#define KEY_SIZE	400

#define KEY_ROW		"r"	/* r:<id>	a container's row */
#define KEY_DEF		"d"	/* d:<id>	its definition */
#define KEY_OVER	"v"	/* v:<id>	its row's overlay */
#define KEY_NAME	"n"	/* n:<name>	the object with the name */
#define KEY_POD		"p"	/* p:<id>	a pod */
#define KEY_VOLUME	"vol"	/* vol:<name>	a volume */
#define KEY_EXEC	"x"	/* x:<id>	an exec session, per boot */
			/* xc:<container>:<id>	a container's session */
#define KEY_NETWORK	"net"	/* net:<id>	a network */
#define KEY_SECRET	"sec"	/* sec:<id>	a secret, without its data */
#define KEY_PAYLOAD	"pay"	/* pay:<id>	a secret's data */
#define KEY_ALIAS	"a"	/* a:<kind>:<name> the object's id */
#define KEY_USER	"u"	/* u:<kind>:<id>:<container> a use of it */
#define KEY_SLOT	"k"	/* k:<number>	a range of ids' container */
#define KEY_HISTORY	"h"	/* h:<number>	see history.h */
#define KEY_SELF	"s"	/* s:...	the database about itself */

/* Write "kind:name" into a buffer of KEY_SIZE bytes; returns it. */
const char	*key_make(char *, const char *, const char *);
/* The type of the record that is stored under a key, or RECORD(any). */
enum record_type key_type(const char *);

#endif
