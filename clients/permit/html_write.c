/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clients/files.h"
#include "clients/permit/html.h"

enum exit_code html_write(const struct output_stream *out, const char *path,
			  void (*draw)(FILE *to, void *what), void *what)
{
	char *page = NULL;
	size_t n_bytes = 0;
	FILE *to = open_memstream(&page, &n_bytes);
	enum exit_code code;
	bool failed;

	if (to == NULL)
		return output_error(out, EXIT_FAILED, "out of memory");
	draw(to, what);
	failed = ferror(to) != 0;
	if (fclose(to) != 0 || failed)
		code = output_error(out, EXIT_FAILED, "out of memory");
	else
		code = files_write(
			out, path,
			(struct bytes){ (const uint8_t *)page, n_bytes });
	free(page);
	return code;
}
