/* Shared by tmpl_*.c only. */
#ifndef GOTMPL_TMPL_IMPL_H
#define GOTMPL_TMPL_IMPL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tmpl.h"

enum tok {
	T_ERROR, T_EOF, T_TEXT, T_LEFT, T_RIGHT, T_SPACE, T_FIELD, T_DOT,
	T_IDENT, T_VARIABLE, T_STRING, T_CHARCONST, T_NUMBER, T_BOOL, T_NIL,
	T_PIPE, T_LPAREN, T_RPAREN, T_DECLARE, T_ASSIGN, T_CHAR,
	T_IF, T_ELSE, T_END, T_RANGE, T_WITH, T_DEFINE, T_BLOCK, T_TEMPLATE,
	T_BREAK, T_CONTINUE,
};

struct token {
	enum tok	 type;
	size_t		 pos;		/* of its first byte in the text */
	size_t		 len;
};

struct tokens {
	struct token	*list;
	size_t		 n;
	char		 error[256];	/* of the T_ERROR at the end */
};

/* Cut the text into tokens; the last is T_EOF or T_ERROR. 0 or -1 (memory). */
int	lex(const char *, struct tokens *);

enum node_type {
	N_TEXT, N_ACTION, N_IF, N_WITH, N_RANGE, N_BREAK, N_CONTINUE,
	N_PIPE, N_COMMAND, N_FIELD, N_CHAIN, N_VARIABLE, N_DOT, N_NIL,
	N_CONST, N_IDENT,
};

struct func;

struct node {
	enum node_type	 type;
	struct node	*next;		/* in a list: nodes, commands, args */
	struct node	*all;		/* every node, for tmpl_free */
	size_t		 pos;		/* for messages */
	size_t		 start, end;	/* its source */
	char		*text;		/* text; name of a variable, function */
	char		**path;		/* fields of a field, chain, variable */
	size_t		 npath;
	json_t		*value;		/* a constant */
	const struct func *func;
	struct node	*pipe;		/* of action, if, with, range, chain */
	struct node	*list;		/* body; commands; args */
	struct node	*other;		/* else */
	char		*decl[2];	/* variables that a pipe sets */
	size_t		 ndecl;
	bool		 assign;	/* = and not := */
};

struct tmpl {
	const struct tmpl_about	*about;
	char			*text;
	struct node		*root;
	struct node		*all;
};

/*
 * A value while executing. j is NULL when there is none ("<no value>"). It
 * is borrowed from the data, the tree, or the pool of temporaries.
 */
struct val {
	json_t	*j;
	bool	 map;			/* an object that is a Go map */
};

struct exec {
	const struct tmpl	*t;
	FILE			*out;
	bool			 tty;
	json_t			*pool;
	struct var {
		const char	*name;
		struct val	 v;
	}			*vars;
	size_t			 nvars, cap;
	int			 depth;
	struct parse_err	*err;
};

/* Keep a new value until the execution ends. A NULL is out of memory. */
struct val exec_keep(struct exec *, json_t *);

/* Which arguments a function takes; checked before it is called. */
enum { ANY = 'v', STR = 's', INT = 'i', LIST = 'l' };

struct func {
	const char	*name;
	int		 min, max;	/* max -1: any number */
	const char	*kinds;		/* of the arguments; the last repeats */
	/* One of these; `and` and `or`, which the executor evaluates, have
	 * neither. 0, or -1 with a reason in the text. */
	int		(*call)(struct exec *, const struct val *, size_t,
			    struct val *, struct parse_err *);
	int		(*write)(FILE *, const struct val *, size_t,
			    struct parse_err *);	/* makes a text */
};

/* By name; NULL when there is none. */
const struct func *func_find(const char *, size_t);
/* 0 with a value, or -1 with a reason. */
int	func_call(struct exec *, const struct func *, const struct val *,
	    size_t, struct val *, struct parse_err *);

bool	val_true(struct val);
/* Go's name for its type. Static storage. */
const char *val_type(struct val);
/* fmt.Fprint of one value. */
void	val_print(FILE *, struct val);
/* fmt.Fprintf; fmt.Fprint and Fprintln of several. */
void	val_printf(FILE *, const char *, const struct val *, size_t);
void	val_print_all(FILE *, const struct val *, size_t, bool line);
/* One rune as UTF-8. */
void	val_put_rune(FILE *, unsigned long);
/* strconv.Quote. */
void	val_quote(FILE *, const char *);

#endif
