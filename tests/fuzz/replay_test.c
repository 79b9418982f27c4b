/*
 * Every file of tests/corpus through the target that it was found for,
 * without a fuzzer. What a target dislikes ends the test by abort().
 */
#include "harness.h"

#define LLVMFuzzerTestOneInput	fuzz_proto
#include "proto_fuzz.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput	fuzz_record
#include "record_fuzz.c"
#undef LLVMFuzzerTestOneInput

int
main(void)
{
	replay_corpus("proto", fuzz_proto);
	replay_corpus("record", fuzz_record);
	return (finish());
}
