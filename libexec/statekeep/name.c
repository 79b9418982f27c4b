#include "name.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "nitems.h"
#include "random.h"

static const char *const	 left[] = {
	"able", "airy", "amber", "ample", "apt", "ardent", "artful", "avid",
	"awake", "balmy", "bold", "brave", "breezy", "bright", "brisk",
	"buoyant", "calm", "candid", "careful", "cheerful", "chipper",
	"civil", "clear", "clever", "coastal", "cool", "cordial", "cosmic",
	"crisp", "curious", "daring", "dapper", "dashing", "deft", "earnest",
	"eager", "early", "easy", "elated", "even", "exact", "fair", "famous",
	"fearless", "festive", "fine", "firm", "fleet", "fluent", "fond",
	"frank", "free", "fresh", "frugal", "gallant", "generous", "gentle",
	"genial", "gifted", "glad", "golden", "graceful", "grand", "grateful",
	"handy", "happy", "hardy", "hearty", "helpful", "honest", "humble",
	"ideal", "jaunty", "jolly", "jovial", "just", "keen", "kind", "large",
	"lasting", "light", "likely", "lively", "loyal", "lucid", "lucky",
	"lunar", "mellow", "merry", "mighty", "mild", "mindful", "modest",
	"neat", "nimble", "noble", "northern", "novel", "open", "patient",
	"placid", "playful", "plucky", "polar", "polite", "prompt", "proud",
	"prudent", "quick", "quiet", "radiant", "rapid", "ready", "restful",
	"robust", "rosy", "rugged", "sage", "salty", "seaworthy", "serene",
	"sharp", "silent", "silver", "sincere", "smooth", "snug", "sober",
	"solid", "southern", "spirited", "spry", "stable", "staunch",
	"steady", "sterling", "stout", "sturdy", "subtle", "sunny", "sure",
	"swift", "tactful", "tidal", "tidy", "tireless", "tranquil", "trim",
	"trusty", "upbeat", "upright", "valiant", "versed", "vivid", "warm",
	"watchful", "western", "willing", "windward", "wise", "witty",
	"worthy", "zealous", "zesty",
};

static const char *const	 right[] = {
	/* Adjectives. */
	"amundsen", "anson", "baffin", "balboa", "banks", "baret", "barents",
	"beaufort", "behaim", "bering", "bligh", "bougainville", "bowditch",
	"cabot", "cabral", "cartier", "champlain", "chichester", "cook",
	"dampier", "davis", "diaz", "drake", "ericson", "fitzroy", "flinders",
	"freycinet", "frobisher", "gama", "hanno", "harrison", "henson",
	"hudson", "ibnmajid", "joyon", "kotzebue", "krusenstern", "laperouse",
	"macarthur", "magellan", "markham", "maury", "mercator", "nansen",
	"ortelius", "parry", "piailug", "piri", "polo", "pytheas", "quiros",
	"ross", "scoresby", "shackleton", "slocum", "tabarly", "tasman",
	"torres", "tupaia", "urdaneta", "vancouver", "verrazzano", "vespucci",
	"weddell", "wilkes", "worsley", "zheng",
	/* Names of scientists and engineers. */
	"abel", "adleman", "agnesi", "albattani", "alhazen", "anning",
	"archimedes", "aristarchus", "avogadro", "babbage", "backus", "bell",
	"bernoulli", "bohr", "boole", "borg", "brahe", "brunel", "cannon",
	"cantor", "carson", "cassini", "celsius", "chandrasekhar", "clarke",
	"copernicus", "coriolis", "curie", "cuvier", "darwin", "dijkstra",
	"dirac", "doppler", "edwards", "einstein", "elion", "engelbart",
	"euclid", "euler", "faraday", "fermat", "fermi", "feynman",
	"fibonacci", "floyd", "fourier", "franklin", "fresnel", "galileo",
	"galois", "gauss", "germain", "gilbert", "godel", "goodall", "halley",
	"hamilton", "hamming", "heaviside", "herschel", "hertz", "hilbert",
	"hipparchus", "hoare", "hodgkin", "hollerith", "hooke", "hopper",
	"hubble", "huygens", "hypatia", "jacobi", "johnson", "joule",
	"kelvin", "kepler", "khayyam", "kovalevskaya", "lagrange", "lamarr",
	"laplace", "leavitt", "leibniz", "linnaeus", "liskov", "lovelace",
	"mach", "maxwell", "mccarthy", "meitner", "mendel", "mendeleev",
	"merian", "milner", "minsky", "mirzakhani", "mitchell", "moore",
	"morse", "napier", "naur", "newton", "nightingale", "noether", "ohm",
	"oppenheimer", "oresme", "pascal", "pasteur", "pauli", "payne",
	"peano", "perlman", "planck", "poincare", "ptolemy", "pythagoras",
	"raman", "ramanujan", "riemann", "ritchie", "roemer", "rontgen",
	"rubin", "rutherford", "sagan", "shannon", "snell", "somerville",
	"stevin", "strachey", "tereshkova", "tesla", "thales", "torvalds",
	"turing", "volta", "wegener", "wilkins", "wing", "wirth", "wright",
	"wu", "yalow", "yonath", "zuse",
};

bool
name_valid(const char *s)
{
	const char	*first = "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return (*s != '\0' && strchr("_.-", *s) == NULL &&
	    s[strspn(s, first)] == '\0');
}

bool
name_is_id(const char *s, size_t len)
{
	return (strlen(s) == len && strspn(s, "0123456789abcdef") == len);
}

void
name_make(char *out, size_t size, unsigned int attempt)
{
	uint32_t	 r[3] = { 0, 0, 0 };
	const char	*a, *b;

	/*
	 * Without random numbers every try gives the same name, which fails as
	 * taken.
	 */
	if (random_bytes(r, sizeof(r)) == -1)
		memset(r, 0, sizeof(r));
	a = left[r[0] % NITEMS(left)];
	b = right[r[1] % NITEMS(right)];
	if (attempt < 8)
		(void)snprintf(out, size, "%s_%s", a, b);
	else
		(void)snprintf(out, size, "%s_%s%u", a, b, r[2] % 1000000);
}
