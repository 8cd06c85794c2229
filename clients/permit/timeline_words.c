/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/show_timeline.h"

static const char *const words[N_TIMELINE_WORDS][N_LANGUAGES] = {
	[TIMELINE_WORD_TITLE] = { "{}, edition {}: what follows on which day",
				  "{}, édition {} : ce qui suit à quelle date",
				  "{}, Fassung {}: was an welchem Tag folgt",
				  "{}, edizione {}: che cosa segue e in quale giorno" },
	[TIMELINE_WORD_DAYS] = { "{} to {}", "du {} au {}", "{} bis {}",
				 "dal {} al {}" },
	[TIMELINE_WORD_FROM] = { "from {}", "dès le {}", "ab {}", "dal {}" },
	[TIMELINE_WORD_IF_APPLIED] = {
		"Each day as if the application came in and was decided on it.",
		"Chaque jour comme si la demande arrivait et était tranchée ce "
		"jour-là.",
		"Jeder Tag so, als ginge das Gesuch an ihm ein und würde an ihm "
		"entschieden.",
		"Ogni giorno come se la domanda arrivasse e fosse decisa quel "
		"giorno." },
	[TIMELINE_WORD_IF_RENEWED] = {
		"As if the permit that runs is renewed without a gap.",
		"Comme si le permis en cours est renouvelé sans interruption.",
		"So, als würde die laufende Bewilligung ohne Lücke erneuert.",
		"Come se il permesso in corso fosse rinnovato senza "
		"interruzione." },
	[TIMELINE_WORD_BECAUSE] = { "because of", "en raison de", "wegen",
				    "a causa di" },
	[TIMELINE_WORD_MOVED_BY] = { "what would move this day",
				     "ce qui déplacerait cette date",
				     "was diesen Tag verschieben würde",
				     "che cosa sposterebbe questo giorno" },
	[TIMELINE_WORD_WINDOW] = { "time to apply", "période pour demander",
				   "Zeit für das Gesuch",
				   "periodo per la domanda" },
	[TIMELINE_WORD_LAST_SAFE] = { "last safe day to apply",
				      "dernier jour sûr pour demander",
				      "letzter sicherer Tag für das Gesuch",
				      "ultimo giorno sicuro per la domanda" },
	[TIMELINE_WORD_AFTER] = { "after that day", "après ce jour",
				  "nach diesem Tag", "dopo quel giorno" },
	[TIMELINE_WORD_EARLIEST] = { "earliest day", "premier jour possible",
				     "frühester Tag", "primo giorno possibile" },
	[TIMELINE_WORD_POSSIBLE] = { "once what is open is known",
				     "une fois connu ce qui est ouvert",
				     "sobald bekannt ist, was offen ist",
				     "quando sarà noto ciò che è aperto" },
	[TIMELINE_WORD_NEVER] = { "not within these years",
				  "pas durant ces années",
				  "nicht in diesen Jahren",
				  "non in questi anni" },
	[TIMELINE_WORD_IF_ENDED] = { "if no further permit is given",
				     "si aucun autre permis n’est donné",
				     "wenn keine weitere Bewilligung folgt",
				     "se non è dato un altro permesso" },
	[TIMELINE_WORD_NEEDED] = { "still needed", "manque encore", "es fehlt noch",
				   "manca ancora" },
	[TIMELINE_WORD_TODAY] = { "on the first of these days",
				  "le premier de ces jours",
				  "am ersten dieser Tage",
				  "il primo di questi giorni" },
	[TIMELINE_WORD_IN_A_DAY] = { "in 1 day", "dans 1 jour", "in 1 Tag",
				     "tra 1 giorno" },
	[TIMELINE_WORD_IN_DAYS] = { "in {} days", "dans {} jours", "in {} Tagen",
				    "tra {} giorni" },
	[TIMELINE_WORD_NO_END] = { "none within these years",
				   "aucun durant ces années",
				   "keiner in diesen Jahren",
				   "nessuno in questi anni" },
	[TIMELINE_WORD_MORE] = { "and {} more changes; --json has them all",
				 "et {} autres changements ; --json les donne tous",
				 "und {} weitere Änderungen; --json nennt alle",
				 "e altri {} cambiamenti; --json li dà tutti" },
	[TIMELINE_WORD_NOT_SETTLED] = { "not settled: too much is open",
					"non établi : trop de points sont ouverts",
					"nicht geklärt: zu viel ist offen",
					"non stabilito: troppo è aperto" },
	[TIMELINE_WORD_CONTRADICTION] = {
		"the answers cannot all be true on these days",
		"les réponses ne peuvent pas toutes être vraies ces jours-là",
		"die Antworten können an diesen Tagen nicht alle zutreffen",
		"le risposte non possono essere tutte vere in questi giorni" },
	[TIMELINE_WORD_WHILE_PENDING] = { "while it is decided",
					  "pendant l’examen",
					  "während darüber entschieden wird",
					  "durante l’esame" },
	[TIMELINE_WORD_PENDING_NOT_SAID] = {
		"This policy does not say which status or rights go on while an "
		"application is decided.",
		"Cette politique ne dit pas quel statut ou quels droits continuent "
		"pendant l’examen d’une demande.",
		"Diese Regelung sagt nicht, welcher Status oder welche Rechte "
		"weitergelten, während über ein Gesuch entschieden wird.",
		"Questa normativa non dice quale status o quali diritti continuano "
		"durante l’esame di una domanda." },
	[TIMELINE_WORD_PENDING_CONTINUES] = {
		"The status of a person who applied in time goes on until this is "
		"decided ({}).",
		"Le statut de la personne qui a présenté sa demande à temps continue "
		"jusqu’à la décision ({}).",
		"Der Status einer Person, die rechtzeitig ein Gesuch gestellt hat, "
		"gilt weiter, bis entschieden ist ({}).",
		"Lo status di chi ha presentato la domanda in tempo continua fino "
		"alla decisione ({})." },
	[TIMELINE_WORD_PENDING_ENDS] = {
		"An application alone gives no right to stay: the status ends on its "
		"last day, also when the application was made in time ({}).",
		"La demande ne donne par elle-même aucun droit de séjour : le statut "
		"prend fin à son dernier jour, même si la demande a été présentée à "
		"temps ({}).",
		"Ein Gesuch allein gibt kein Recht zu bleiben: Der Status endet an "
		"seinem letzten Tag, auch wenn das Gesuch rechtzeitig war ({}).",
		"La domanda da sola non dà diritto di soggiorno: lo status finisce "
		"nel suo ultimo giorno, anche se la domanda è stata fatta in tempo "
		"({})." },
	[TIMELINE_WORD_ONE_EDITION] = {
		"All days are shown under this one edition. A later edition may "
		"change them.",
		"Tous les jours sont montrés selon cette seule édition. Une édition "
		"ultérieure peut les changer.",
		"Alle Tage gelten nach dieser einen Fassung. Eine spätere Fassung "
		"kann sie ändern.",
		"Tutti i giorni sono mostrati secondo questa sola edizione. "
		"Un’edizione successiva può cambiarli." },
};

const char *timeline_word(enum timeline_word word, enum language language)
{
	return words[word][language];
}
