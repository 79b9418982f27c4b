/* Shared by tmpl_*.c only. */
#ifndef GOTMPL_TMPL_IMPL_H
#define GOTMPL_TMPL_IMPL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "tmpl.h"

/* Tokens; a node of the tree has the kind of the token that it starts with. */
enum kind {
	T_ERROR, T_EOF, T_TEXT, T_LEFT, T_RIGHT, T_SPACE,
	/* what an operand starts with */
	T_FIELD, T_DOT, T_IDENT, T_VARIABLE, T_CONST, T_NIL, T_LPAREN,
	T_RPAREN, T_PIPE, T_DECLARE, T_ASSIGN, T_CHAR,
	/* keywords */
	T_IF, T_ELSE, T_END, T_RANGE, T_WITH, T_DEFINE, T_BLOCK, T_TEMPLATE,
	T_BREAK, T_CONTINUE,
	/* nodes only: one name of ".A.B"; a command of a pipeline */
	T_NAME, T_COMMAND,
};

struct token {
	enum kind	 kind;
	const char	*s;		/* in the template's text */
	size_t		 len;
};

/*
 * Cut the text into tokens, in malloc'd memory; the last is T_EOF, or T_ERROR
 * with an error. NULL: no memory.
 */
struct token *lex(const char *, struct parse_err *);

struct func;

struct node {
	enum kind	 kind;
	struct node	*next;		/* in a list: nodes, commands, args */
	struct node	*all;		/* every node, for tmpl_free */
	const char	*pos;		/* for messages */
	const char	*s;		/* its source */
	size_t		 len;
	char		*text;		/* of its first token */
	json_t		*value;		/* a constant */
	const struct func *func;
	struct node	*pipe;		/* of action, if, with, range, ( */
	struct node	*list;		/* body; commands; args; names */
	struct node	*other;		/* else */
	const char	*decl[2];	/* variables that a pipe sets */
	size_t		 ndecl;
	bool		 assign;	/* = and not := */
};

struct tmpl {
	const struct tmpl_about	*about;
	char			*text;
	struct node		*root;
	struct node		*all;
};

/* The line of a place in the text, from 1, and its column, from 0. */
int	tmpl_line(const struct tmpl *, const char *, int *);

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

struct call;

struct func {
	const char	*name;
	int		 min, max;	/* max -1: any number */
	const char	*kinds;		/* of the arguments; the last repeats */
	/* 0, or -1 with a reason. NULL: `and`, `or`, which the executor
	 * evaluates. */
	int		(*call)(struct call *);
	int		 option;	/* which of the functions in `call` */
	bool		 writes;	/* what it writes is the value */
};

/* By name; NULL when there is none. */
const struct func *func_find(const char *);
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
/* fmt.Sprint of several, in malloc'd memory; NULL: no memory. */
char	*val_text(const struct val *, size_t);
/* One rune as UTF-8. Its length. */
size_t	val_rune(char[4], unsigned long);
/* strconv.Quote. */
void	val_quote(FILE *, const char *);

#endif
