/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/daemon_case.h"

/*
 * A store is put back as it was: all of it, key and database too, but for the
 * high-water file.
 */
static char water[PATH_MAX];
static const char *options[5];

static void use(const char *name, const char *accept)
{
	snprintf(water, sizeof(water), "%s/%s", d->folder, name);
	options[0] = "--high-water";
	options[1] = water;
	options[2] = accept != NULL ? "--accept-rollback" : NULL;
	options[3] = accept;
}

/* Each @ is the folder of the test. */
static void shell(const char *command)
{
	char filled[4096];
	size_t n = 0;

	for (; *command != '\0'; command++)
		n += (size_t)snprintf(filled + n, sizeof(filled) - n, "%.*s",
				      *command == '@' ? 1000 : 1,
				      *command == '@' ? d->folder : command);
	assert_int_equal(system(filled), 0);
}

static void start(void)
{
	if (!permitd_start(d, options))
		fail_msg("%s", permitd_journal(d));
}

static void stop(void)
{
	assert_int_equal(permitd_stop(d, SIGTERM), 0);
}

static void decide(unsigned n)
{
	while (n-- > 0)
		permitd_ask(d, PERMITD_EVALUATE(""), NULL);
}

static void assert_refused(const char *why)
{
	shell(": >@/journal");
	assert_int_equal(permitd_run(d, options), 1);
	assert_holds(permitd_journal(d), why);
}

/* One entry in @/yesterday, four in the store and in its high-water file. */
static void put_back(void)
{
	use("water", NULL);
	start();
	permitd_enact(d, "2025-02-04");
	stop();
	shell("cp -a @/store @/yesterday");
	start();
	decide(3);
	stop();
	shell("mv @/store @/today && cp -a @/yesterday @/store");
}

static void yesterdays_store_is_refused_and_todays_is_not(void **state)
{
	(void)state;
	put_back();
	assert_refused("rollback detected: the log has 1 entries, and had 4");
	assert_holds(permitd_journal(d), "--accept-rollback 1");
	shell("rm -r @/store && mv @/today @/store");
	start();
	assert_log_has(4);
}

static void a_second_is_enough_when_the_daemon_is_killed(void **state)
{
	(void)state;
	use("water", NULL);
	start();
	permitd_enact(d, "2025-02-04");
	stop();
	shell("cp -a @/store @/yesterday");
	start();
	decide(3);
	pause_ms(2200);
	permitd_stop(d, SIGKILL);
	shell("rm -r @/store && cp -a @/yesterday @/store");
	assert_refused("rollback detected: the log has 1 entries, and had 4");
}

static void a_store_with_another_past_is_refused(void **state)
{
	(void)state;
	put_back();
	use("other", "1");	/* as if the file had been lost */
	start();
	decide(4);
	stop();
	use("water", NULL);
	assert_refused("rollback detected: the first 4 of the log's 6 entries are not "
		       "those that were there");
}

static void a_rollback_is_accepted_by_its_number_and_recorded(void **state)
{
	char command[PATH_MAX];

	(void)state;
	put_back();
	use("water", "4");
	assert_refused("rollback detected: the log has 1 entries, and had 4");
	use("water", "1");
	start();
	assert_holds(permitd_journal(d), "accepted by hand, and recorded: rollback");
	assert_log_has(2);
	decide(1);
	stop();
	/* Left in the configuration by mistake, it accepts nothing more. */
	start();
	assert_log_has(3);
	stop();
	snprintf(command, sizeof(command),
		 "'%s'/clients/audit/permit-audit verify --state @/state @/store "
		 "--plain >@/said && grep -qx 'config: 1' @/said && "
		 "grep -aq 'PDL1/rollback' @/store/log/00000000.seg",
		 getenv("top_builddir") != NULL ? getenv("top_builddir") : ".");
	shell(command);
	shell("rm -r @/store && cp -a @/yesterday @/store");
	use("water", NULL);
	assert_refused("rollback detected: the log has 1 entries, and had 3");
}

static void without_the_file_a_log_is_not_gone_on_with(void **state)
{
	(void)state;
	put_back();
	shell("rm @/water");
	assert_refused("water is missing");
	shell("head -c 8192 /dev/zero >@/water");
	assert_refused("water is damaged");
	shell("rm @/water && mkfifo @/water");
	assert_refused("water is damaged");
}

static void the_file_of_another_log_is_refused(void **state)
{
	(void)state;
	put_back();
	shell("rm -r @/store");
	use("second", NULL);
	start();
	stop();
	use("water", NULL);
	assert_refused("is not of this log");
	/* Not even by hand: that is a mistake of names, and nothing is lost. */
	use("water", "0");
	assert_refused("is not of this log");
}

static void the_file_is_in_the_store_unless_it_is_named(void **state)
{
	(void)state;
	assert_true(permitd_start(d, NULL));
	permitd_enact(d, "2025-02-04");
	stop();
	shell("test -s @/store/high-water && cp -a @/store/log @/log");
	assert_true(permitd_start(d, NULL));
	decide(1);
	stop();
	shell("rm -r @/store/log @/store/index && mv @/log @/store/log");
	options[0] = NULL;
	assert_refused("rollback detected: the log has 1 entries, and had 2");
}

static int make_folder(void **state)
{
	(void)state;
	permitd_init(d, NULL);
	return 0;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(yesterdays_store_is_refused_and_todays_is_not),
		IN_FOLDER(a_second_is_enough_when_the_daemon_is_killed),
		IN_FOLDER(a_store_with_another_past_is_refused),
		IN_FOLDER(a_rollback_is_accepted_by_its_number_and_recorded),
		IN_FOLDER(without_the_file_a_log_is_not_gone_on_with),
		IN_FOLDER(the_file_of_another_log_is_refused),
		IN_FOLDER(the_file_is_in_the_store_unless_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
