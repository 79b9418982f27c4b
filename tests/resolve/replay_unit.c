/* Every file of tests/corpus/resolve through the fuzz target. */
#include "harness.h"

#include "../fuzz/resolve_fuzz.c"

int
main(void)
{
	replay_corpus("resolve", LLVMFuzzerTestOneInput);
	return (finish());
}
