/*
 * Templates: expected values are what Go's text/template gives.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nitems.h"
#include "tmpl.h"
#include "harness.h"

static const char *const	maps[] = { "Labels", NULL };
static const struct tmpl_about	about = { "t", "T", maps, false, false };

/* One place to tell which of many rows failed. */
static void
same(const char *what, const char *got, const char *want)
{
	char	 line[80];

	if (strcmp(got, want) != 0)
		printf("# %.80s\n#  gave <%s>\n#  want <%s>\n", what, got,
		    want);
	/* A line of TAP is one line. */
	snprintf(line, sizeof(line), "%s", what);
	for (char *p = line; *p != '\0'; p++)
		if (*p == '\n')
			*p = ' ';
	check(strcmp(got, want) == 0, line, __LINE__);
}

static json_t *
data(void)
{
	return (json_pack("{s:s, s:s, s:{s:s, s:s}, s:[s,s,s], s:i, s:b,"
	    " s:{s:i, s:n}, s:n, s:f, s:[], s:[{s:s}, {s:s}]}",
	    "ID", "abc123", "Name", "web", "Labels", "b", "2", "a", "1",
	    "List", "x", "y", "z", "N", 7, "Up", 1, "State", "Pid", 42,
	    "Health", "Nil", "F", 1.5, "Empty", "Items", "K", "one", "K",
	    "two"));
}

static void
gives(const char *text, const char *want)
{
	struct parse_err	 err;
	struct tmpl		*t = tmpl_parse(&about, text, &err);
	json_t			*d = data();
	char			*out = NULL;
	size_t			 size;
	FILE			*f;

	if (t == NULL) {
		same(text, err.text, want);
		json_decref(d);
		return;
	}
	f = open_memstream(&out, &size);
	if (tmpl_exec(t, d, f, 0, &err) == -1)
		fprintf(f, "!%s", err.text);
	fclose(f);
	same(text, out, want);
	free(out);
	tmpl_free(t);
	json_decref(d);
}

static const char *const	good[][2] = {
	/* fields */
	{ "{{.ID}} {{.Id}} {{.State.Pid}}", "abc123 abc123 42" },
	{ "{{.Labels.a}} {{.Labels.none}}", "1 <no value>" },
	{ "{{.Labels}} {{.List}} {{.Nil}} {{.F}} {{.Up}}",
	  "map[a:1 b:2] [x y z] <nil> 1.5 true" },
	{ "{{.State}}", "{42 <nil>}" },
	{ "{{$.Name}}{{$x := .State}}{{$x.Pid}}", "web42" },
	{ "{{(index .Items 1).K}}", "two" },
	/* trimming, comments, raw text */
	{ "a {{- .N -}} b", "a7b" },
	{ "a {{/* no */}} b", "a  b" },
	{ "a {{- /* no */ -}} b", "ab" },
	{ "{{`a\\tb`}} \\t|\\n", "a\\tb \t|\n" },
	/* control */
	{ "{{if .Up}}up{{else}}down{{end}}", "up" },
	{ "{{if .Empty}}a{{else if eq .N 7}}b{{else}}c{{end}}", "b" },
	{ "{{with .State}}{{.Pid}}{{end}}{{with .Nil}}x{{else}}no{{end}}",
	  "42no" },
	{ "{{range .List}}<{{.}}>{{end}}", "<x><y><z>" },
	{ "{{range $i, $v := .List}}{{$i}}{{$v}} {{end}}", "0x 1y 2z " },
	{ "{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}", "a=1;b=2;" },
	{ "{{range .Empty}}x{{else}}none{{end}}", "none" },
	{ "{{range .Items}}{{.K}}{{$.Name}} {{end}}", "oneweb twoweb " },
	{ "{{range .List}}{{if eq . \"y\"}}{{break}}{{end}}{{.}}{{end}}",
	  "x" },
	{ "{{range .List}}{{if eq . \"y\"}}{{continue}}{{end}}{{.}}{{end}}",
	  "xz" },
	{ "{{$x := 1}}{{range .List}}{{$x = .}}{{end}}{{$x}}", "z" },
	{ "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21" },
	/* functions */
	{ "{{len .List}} {{len .Name}} {{len .Labels}}", "3 3 2" },
	{ "{{index .Labels \"b\"}}{{index .Labels \"c\"}}|{{index .List 2}}",
	  "2|z" },
	{ "{{slice .Name 1 2}} {{slice .List 1}}", "e [y z]" },
	{ "{{and .Up .N}} {{or .Empty .Name}} {{not .Up}}", "7 web false" },
	{ "{{eq .N 7}} {{eq .Name \"a\" \"web\"}} {{ne .N 7}} {{lt .N 8}} "
	  "{{ge .F 1.5}}", "true true false true true" },
	{ "{{json .Labels}} {{json .List}} {{json .Name}} {{json .Nil}}",
	  "{\"a\":\"1\",\"b\":\"2\"} [\"x\",\"y\",\"z\"] \"web\" null" },
	{ "{{join .List \"+\"}} {{split \"a.b\" \".\"}} {{upper .Name}} "
	  "{{title .Name}} {{lower \"AB\"}}", "x+y+z [a b] WEB Web ab" },
	{ "{{truncate .ID 3}} <{{pad .Name 1 2}}>", "abc < web  >" },
	{ "{{.Name | printf \"%-5s|\"}} {{printf \"%05d %x %q\" .N .N .Name}}",
	  "web  | 00007 7 \"web\"" },
	{ "{{printf \"%s\" .N}} {{printf \"%d\"}} {{printf \"a\" 1}}",
	  "%!s(int=7) %!d(MISSING) a%!(EXTRA int=1)" },
	{ "{{printf \"%*d|%*d|\" 3 1 -3 2}} {{printf \"%*d\" -2147483648 1}} "
	  "{{printf \"%.*f\" 1 0.5}} {{printf \"%.*f\" -1 0.5}}",
	  "  1|2  | %!(BADWIDTH)1 0.5 %!(BADPREC)0.500000" },
	{ "{{print 1 2 \"a\" 3}} {{print \"a\" \"b\"}}", "1 2a3 ab" },
	{ "{{html \"<&>\"}} {{urlquery \"a b/\"}}",
	  "&lt;&amp;&gt; a+b%2F" },
	{ "{{1e3}} {{1e6}} {{0x10}} {{'a'}} {{-1}} {{1.25}}",
	  "1000 1e+06 16 97 -1 1.25" },
};

static const char *const	bad[][2] = {
	{ "{{.ID", "template: t:1: unclosed action" },
	{ "{{.ID}", "template: t:1: bad character U+007D '}'" },
	{ "{{end}}", "template: t:1: unexpected {{end}}" },
	{ "a\n{{else}}", "template: t:2: unexpected {{else}}" },
	{ "{{if .Up}}x", "template: t:1: unexpected EOF" },
	{ "{{nofunc 1}}", "template: t:1: function \"nofunc\" not defined" },
	{ "{{$x}}", "template: t:1: undefined variable \"$x\"" },
	{ "{{\"a}}", "template: t:1: unterminated quoted string" },
	{ "{{}}", "template: t:1: missing value for command" },
	{ "{{(1}}", "template: t:1: unclosed left paren" },
	{ "{{1 | 2}}",
	  "template: t:1: non executable command in pipeline stage 2" },
	{ "{{break}}", "template: t:1: {{break}} outside {{range}}" },
	{ "{{define \"x\"}}{{end}}",
	  "template: t:1: {{define}} is not supported by bulkhead yet" },
	{ "{{.Foo}}", "!template: t:1:2: executing \"t\" at <.Foo>: can't "
	  "evaluate field Foo in type T" },
	{ "x\n y{{.Name.Foo}}", "x\n y!template: t:2:9: executing \"t\" at "
	  "<.Name.Foo>: can't evaluate field Foo in type string" },
	{ "{{.Nil.Foo}}", "!template: t:1:6: executing \"t\" at <.Nil.Foo>: "
	  "nil pointer evaluating <nil>.Foo" },
	{ "{{len}}", "!template: t:1:2: executing \"t\" at <len>: wrong "
	  "number of args for len: want 1 got 0" },
	{ "{{upper .N}}", "!template: t:1:8: executing \"t\" at <.N>: wrong "
	  "type for value; expected string; got int" },
	{ "{{truncate 3 \"a\"}}", "!template: t:1:11: executing \"t\" at "
	  "<3>: expected string; found 3" },
	{ "{{index .List 9}}", "!template: t:1:2: executing \"t\" at <index "
	  ".List 9>: error calling index: index out of range: 9" },
	{ "{{eq 1 \"a\"}}", "!template: t:1:2: executing \"t\" at <eq 1 "
	  "\"a\">: error calling eq: incompatible types for comparison" },
	{ "{{range .N}}{{end}}", "!template: t:1:8: executing \"t\" at <.N>: "
	  "range can't iterate over 7" },
};

/* What a stranger wrote must not reach the terminal raw; the text does. */
static void
on_a_terminal(void)
{
	json_t			*d = json_pack("{s:s}", "A",
				    "x\033[2J\302\233y\342\200\256z");
	struct parse_err	 err;
	struct tmpl		*t = tmpl_parse(&about, "\033[1m{{.A}}", &err);
	char			*out = NULL;
	size_t			 size;
	FILE			*f = open_memstream(&out, &size);

	CHECK(tmpl_exec(t, d, f, TMPL_TTY, &err) == 0);
	fclose(f);
	same("terminal", out, "\033[1mx\\x1b[2J\\x9by\\u202ez");
	free(out);
	tmpl_free(t);
	json_decref(d);
}

static void
deep(void)
{
	char	*text = malloc(20001);

	memset(text, '(', 10000);
	memset(text + 10000, ')', 10000);
	text[0] = text[1] = '{';
	text[19998] = text[19999] = '}';
	text[20000] = '\0';
	gives(text, "template: t:1: nested more than 100 deep");
	free(text);
}

/* Whatever is typed, the parser ends and nothing is read past the end. */
static void
noise(void)
{
	static const char	 pieces[][8] = { "{{", "}}", "-", " ", ".A",
				    "\"", "`", "(", ")", "|", "range", "end",
				    "if ", "$x", ":=", ",", "1", "'", "/*",
				    "*/", "else", "len ", "\\", "\n", "eq " };
	struct parse_err	 err;
	struct tmpl		*t;
	unsigned int		 seed = 1;
	char			 text[160];
	int			 n;

	for (int i = 0; i < 20000; i++) {
		*text = '\0';
		n = rand_r(&seed) % 16;
		while (n-- > 0)
			strcat(text, pieces[(unsigned int)rand_r(&seed) %
			    NITEMS(pieces)]);
		if ((t = tmpl_parse(&about, text, &err)) != NULL) {
			json_t	*d = data();
			char	*out = NULL;
			size_t	 size;
			FILE	*f = open_memstream(&out, &size);

			(void)tmpl_exec(t, d, f, 0, &err);
			fclose(f);
			free(out);
			json_decref(d);
		}
		tmpl_free(t);
	}
	CHECK(1);
}

int
main(void)
{
	struct parse_err	 err;
	struct tmpl		*t;
	json_t			*j;

	for (size_t i = 0; i < NITEMS(good); i++)
		gives(good[i][0], good[i][1]);
	for (size_t i = 0; i < NITEMS(bad); i++)
		gives(bad[i][0], bad[i][1]);
	on_a_terminal();
	deep();
	noise();
	t = tmpl_parse(&about, "{{.Name}}{{if .Up}}{{.N}}{{end}}", &err);
	CHECK(tmpl_mentions(t, "N") && !tmpl_mentions(t, "ID"));
	tmpl_free(t);
	t = tmpl_parse(&about, "{{json .}}", &err);
	CHECK(tmpl_mentions(t, "ID"));
	tmpl_free(t);
	j = tmpl_text("a\xff" "b");
	same("not UTF-8", json_string_value(j), "a\xef\xbf\xbd" "b");
	json_decref(j);
	return (finish());
}
