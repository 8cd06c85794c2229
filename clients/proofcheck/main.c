/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/proofcheck/proofcheck.h"

static const char help[] =
	"permit-proof-check - proves the evidence of a policy again, from its tables\n"
	"\n"
	"  permit-proof-check FILE...\n"
	"\n"
	"Examples\n"
	"  permit policy evidence ca-vtip-2025-02-04.md --save ca.evidence\n"
	"  permit-proof-check ca.evidence\n"
	"  permit-proof-check ca.evidence | grep NOT\n"
	"\n"
	"Options\n"
	"  --help  shows this\n"
	"\n"
	"Exit codes: 0 all confirmed, 1 something is not, 2 usage, 4 a file cannot be\n"
	"read, 6 a package was refused.\n";

int main(int argc, char **argv)
{
	static char bytes[PACKAGE_MAX_BYTES + 2];
	int worst = 0;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		fputs(help, argc < 2 ? stderr : stdout);
		return argc < 2 ? 2 : 0;
	}
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		int code = 4;

		if (file == NULL)
			perror(argv[i]);
		else {
			size_t n = fread(bytes, 1, PACKAGE_MAX_BYTES + 1, file);

			if (!ferror(file))
				code = proofcheck(argv[i], bytes, n, stdout);
			fclose(file);
		}
		worst = code > worst ? code : worst;
	}
	return worst;
}
