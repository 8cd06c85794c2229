/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the bytes are, there is a report, and one of three endings. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + 1);
	FILE *report = fopen("/dev/null", "w");
	int code;

	if (bytes == NULL || report == NULL)
		abort();
	if (size > 0)
		memcpy(bytes, data, size);
	code = proofcheck("package", bytes, size, report);
	if (code != 0 && code != 1 && code != 6)
		abort();
	fclose(report);
	free(bytes);
	return 0;
}
