/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clients/permit/words.h"

static const char *const words[N_WORDS][N_LANGUAGES] = {
	[WORD_GRANT] = { "Grant", "Octroi", "Bewilligen", "Concessione" },
	[WORD_WAIT] = { "Not yet", "Pas encore", "Noch nicht", "Non ancora" },
	[WORD_REFER] = { "An officer decides", "Un agent décide",
			 "Eine zuständige Person entscheidet",
			 "Decide un funzionario" },
	[WORD_NO_ROUTE] = { "No route that can be decided here",
			    "Aucune voie qui puisse être tranchée ici",
			    "Kein Weg, über den hier entschieden werden kann",
			    "Nessuna via che possa essere decisa qui" },
	[WORD_ADVERSE] = { "Recommendation to an officer: do not grant",
			   "Recommandation à un agent : ne pas octroyer",
			   "Empfehlung an eine zuständige Person: nicht bewilligen",
			   "Raccomandazione a un funzionario: non concedere" },
	[WORD_ASK] = { "Not settled yet", "Pas encore établi", "Noch offen",
		       "Non ancora stabilito" },

	[WORD_GRANT_MEANS] = { "Under the policy and the facts given, this is to "
			       "be granted.",
			       "Selon la politique et les faits indiqués, il y a "
			       "lieu d’accorder.",
			       "Nach der Regelung und den angegebenen Tatsachen "
			       "ist zu "
			       "bewilligen.",
			       "Secondo la normativa e i fatti indicati, va "
			       "concesso." },
	[WORD_WAIT_MEANS] = { "It can be granted later; the date stands below.",
			      "Ce sera possible plus tard ; la date figure "
			      "ci-dessous.",
			      "Es ist später möglich; das Datum steht unten.",
			      "Sarà possibile più tardi; la data è indicata "
			      "sotto." },
	[WORD_REFER_MEANS] = { "The law leaves this to the judgement of an "
			       "officer. "
			       "Nothing is refused by this.",
			       "La loi laisse ce point à l’appréciation d’un "
			       "agent. "
			       "Rien n’est refusé par là.",
			       "Das Gesetz überlässt dies der Würdigung einer "
			       "zuständigen Person. "
			       "Damit ist nichts abgelehnt.",
			       "La legge lo affida alla valutazione di un "
			       "funzionario. "
			       "Con ciò nulla è rifiutato." },
	[WORD_NO_ROUTE_MEANS] = { "None of the routes decided here is open on "
				  "these facts. "
				  "Others exist; they are named below.",
				  "Aucune des voies traitées ici n’est ouverte "
				  "selon ces faits. "
				  "D’autres existent ; elles sont nommées "
				  "ci-dessous.",
				  "Keiner der hier behandelten Wege steht nach "
				  "diesen Tatsachen "
				  "offen. Es gibt andere; sie stehen unten.",
				  "Nessuna delle vie trattate qui è aperta in base "
				  "a questi fatti. "
				  "Ne esistono altre, indicate sotto." },
	[WORD_ADVERSE_MEANS] = { "This is no decision. An officer must read the "
				 "reasons, hear the "
				 "person, and decide.",
				 "Ce n’est pas une décision. Un agent doit lire "
				 "les motifs, "
				 "entendre la personne et décider.",
				 "Dies ist kein Entscheid. Eine zuständige Person "
				 "muss die Gründe "
				 "lesen, die betroffene Person anhören und "
				 "entscheiden.",
				 "Questa non è una decisione. Un funzionario deve "
				 "leggere i motivi, "
				 "ascoltare la persona e decidere." },
	[WORD_ASK_MEANS] = { "The facts given allow more than one result. Nothing "
			     "counts "
			     "against anyone until it is known.",
			     "Les faits indiqués permettent plus d’un résultat. "
			     "Rien ne compte "
			     "contre quiconque tant que ce n’est pas connu.",
			     "Die angegebenen Tatsachen lassen mehr als ein "
			     "Ergebnis zu. Nichts "
			     "zählt gegen jemanden, solange es nicht bekannt ist.",
			     "I fatti indicati consentono più di un risultato. "
			     "Nulla conta "
			     "contro qualcuno finché non è noto." },

	[WORD_RESULT] = { "Result", "Résultat", "Ergebnis", "Risultato" },
	[WORD_WHY] = { "Why", "Pourquoi", "Warum", "Perché" },
	[WORD_ROW] = { "row", "ligne", "Zeile", "riga" },
	[WORD_UNVERIFIED] = { "unverified: not fully checked against the primary "
			      "source",
			      "non vérifié : pas entièrement contrôlé sur la "
			      "source primaire",
			      "ungeprüft: nicht vollständig mit der Primärquelle "
			      "verglichen",
			      "non verificato: non del tutto confrontato con la "
			      "fonte primaria" },
	[WORD_MAY_APPLY] = { "may apply", "peut s’appliquer", "kann zutreffen",
			     "può applicarsi" },
	[WORD_STILL_NEEDED] = { "What is still needed, the easiest first",
				"Ce qui manque encore, le plus simple d’abord",
				"Was noch fehlt, das Einfachste zuerst",
				"Che cosa manca ancora, cominciando dal più "
				"semplice" },
	[WORD_STILL_OPEN] = { "What could still change a detail, not the outcome",
			      "Ce qui pourrait encore changer un détail, pas "
			      "l’issue",
			      "Was noch eine Einzelheit ändern kann, nicht den "
			      "Ausgang",
			      "Che cosa potrebbe ancora cambiare un dettaglio, non "
			      "l’esito" },
	[WORD_ROUTES] = { "Other routes in law, not decided here",
			  "Autres voies légales, non tranchées ici",
			  "Andere Wege im Gesetz, hier nicht entschieden",
			  "Altre vie previste dalla legge, non decise qui" },
	[WORD_DATES] = { "Dates", "Dates", "Daten", "Date" },
	[WORD_DATE_RECEIVED] = { "application received", "demande reçue",
				 "Gesuch eingegangen", "domanda ricevuta" },
	[WORD_DATE_DECISION] = { "decided as of", "décidé au", "entschieden per",
				 "deciso al" },
	[WORD_DATE_IN_FORCE] = { "in force from", "en vigueur dès", "in Kraft seit",
				 "in vigore dal" },
	[WORD_DATE_EDITION] = { "edition recorded", "édition enregistrée",
				"Fassung erfasst", "edizione registrata" },
	[WORD_DATE_RECORDED] = { "decision recorded", "décision enregistrée",
				 "Entscheid erfasst", "decisione registrata" },
	[WORD_NOT_STATED] = { "not stated", "non indiqué", "nicht angegeben",
			      "non indicata" },
	[WORD_FACTS] = { "Facts as given", "Faits tels qu’indiqués",
			 "Tatsachen, wie angegeben", "Fatti come indicati" },
	[WORD_RECORD] = { "Record", "Enregistrement", "Aufzeichnung",
			  "Registrazione" },
	[WORD_DECISION] = { "decision", "décision", "Entscheid", "decisione" },
	[WORD_CASE] = { "case", "dossier", "Fall", "caso" },
	[WORD_LOG] = { "log", "journal", "Protokoll", "registro" },
	[WORD_LOG_ENTRY] = { "entry {} of {}", "entrée {} sur {}",
			     "Eintrag {} von {}", "voce {} di {}" },
	[WORD_EDITION] = { "edition", "édition", "Fassung", "edizione" },
	[WORD_HASH] = { "hash", "empreinte", "Prüfsumme", "impronta" },
	[WORD_WHAT_IF] = { "This is a what-if: nothing was recorded, and it "
			   "decides nothing.",
			   "Simple simulation : rien n’a été enregistré ni décidé.",
			   "Nur durchgespielt: nichts wurde aufgezeichnet oder "
			   "entschieden.",
			   "Solo una simulazione: nulla è stato registrato o "
			   "deciso." },
	[WORD_NOT_USED] = { "not used by this policy, and not recorded:",
			    "pas utilisé par cette politique, et pas enregistré :",
			    "von dieser Regelung nicht verwendet und nicht "
			    "aufgezeichnet:",
			    "non usato da questa normativa e non registrato:" },
	[WORD_DISAGREE] = { "The two evaluators differ, which is a fault of "
			    "permitd and not of the case. An officer decides it. "
			    "Nothing is refused by this.",
			    "Les deux évaluateurs diffèrent : c’est un défaut de "
			    "permitd et non du dossier. Un agent décide. "
			    "Rien n’est refusé par là.",
			    "Die beiden Auswerter weichen ab: ein Fehler von "
			    "permitd, nicht des Falls. Eine zuständige Person "
			    "entscheidet. Damit ist nichts abgelehnt.",
			    "I due valutatori divergono: è un difetto di permitd "
			    "e non del caso. Decide un funzionario. "
			    "Con ciò nulla è rifiutato." },
	[WORD_ONE_OF] = { "open, one of:", "ouvert, l’un de :", "offen, eines von:",
			  "aperto, uno di:" },
	[WORD_NONE] = { "none", "aucun", "keine", "nessuno" },
	[WORD_DAYS] = { "days", "jours", "Tage", "giorni" },
	[WORD_MONTHS] = { "months", "mois", "Monate", "mesi" },
	[WORD_YEARS] = { "years", "ans", "Jahre", "anni" },
	[WORD_DAY] = { "day", "jour", "Tag", "giorno" },
	[WORD_MONTH] = { "month", "mois", "Monat", "mese" },
	[WORD_YEAR] = { "year", "an", "Jahr", "anno" },
	[WORD_YES] = { "yes", "oui", "ja", "sì" },
	[WORD_NO] = { "no", "non", "nein", "no" },

	[WORD_WHY_WE_ASK] = { "Why we ask:", "Pourquoi nous demandons :",
			      "Warum wir fragen:", "Perché lo chiediamo:" },
	[WORD_DO_NOT] = { "Do not:", "À éviter :", "Nicht tun:", "Da evitare:" },
	[WORD_WHOM] = { "Look here first:", "Voir d’abord :", "Zuerst nachsehen:",
			"Guardare prima:" },
	[WORD_KEYS] = { "?  not known   -  prefers not to say   <  back   q  quit",
			"?  pas connu   -  préfère ne pas dire   <  retour   q  "
			"quitter",
			"?  nicht bekannt   -  möchte nicht sagen   <  zurück   q  "
			"beenden",
			"?  non noto   -  preferisce non dire   <  indietro   q  "
			"uscire" },
	[WORD_ANSWER] = { "Answer", "Réponse", "Antwort", "Risposta" },
	[WORD_NOT_AN_ANSWER] = { "This is not an answer here:",
				 "Réponse impossible ici :", "Hier keine Antwort:",
				 "Risposta non possibile qui:" },
	[WORD_QUESTIONS_LEFT] = { "Questions left, if each is answered: at most {}.",
				  "Questions restantes, si chacune reçoit une réponse : "
				  "au plus {}.",
				  "Verbleibende Fragen, wenn jede beantwortet wird: "
				  "höchstens {}.",
				  "Domande rimaste, se ognuna riceve una risposta: al "
				  "massimo {}." },
	[WORD_NOT_NEEDED] = { "Questions that were not needed: {}. No answer to them "
			      "could change this.",
			      "Questions qui n’étaient pas nécessaires : {}. Aucune "
			      "réponse n’y changerait rien.",
			      "Nicht benötigte Fragen: {}. Keine Antwort darauf könnte "
			      "dies ändern.",
			      "Domande non necessarie: {}. Nessuna risposta potrebbe "
			      "cambiare questo risultato." },
	[WORD_BECAUSE] = { "{}, because of these answers alone: {}. Nothing else "
			   "mattered.",
			   "{}, en raison de ces seules réponses : {}. Rien d’autre n’a "
			   "compté.",
			   "{}, allein wegen dieser Antworten: {}. Nichts anderes war von "
			   "Bedeutung.",
			   "{}, in ragione di queste sole risposte: {}. Nient’altro ha "
			   "contato." },
	[WORD_ALWAYS] = { "{}: this follows under this policy whatever the answers.",
			  "{} : cela découle de cette politique quelles que soient les "
			  "réponses.",
			  "{}: das folgt aus dieser Regelung, wie auch immer die Antworten "
			  "lauten.",
			  "{}: ciò segue da questa normativa quali che siano le risposte." },
	[WORD_NOT_ASKED] = { "not asked", "non demandé", "nicht gefragt",
			     "non chiesto" },
	[WORD_NOW] = { "now: {}", "actuellement : {}", "jetzt: {}", "ora: {}" },
	[WORD_BEFORE] = { "As it is", "Situation actuelle", "So ist es",
			  "Situazione attuale" },
	[WORD_BEFORE_THAT] = { "before: {}", "avant : {}", "vorher: {}", "prima: {}" },
	[WORD_THEN] = { "As it would be", "Ce qu’il en serait", "So wäre es",
			"Come sarebbe" },
	[WORD_CHANGED] = { "What would be different", "Ce qui serait différent",
			   "Was anders wäre", "Che cosa sarebbe diverso" },
	[WORD_TYPE_CHANGES] = { "One change a line, as in ident.status = possible; end "
				"with Ctrl-D.",
				"Un changement par ligne, par exemple ident.status = "
				"possible ; terminez par Ctrl-D.",
				"Eine Änderung je Zeile, zum Beispiel ident.status = "
				"possible; Ende mit Strg-D.",
				"Una modifica per riga, per esempio ident.status = "
				"possible; si termina con Ctrl-D." },
	[WORD_WAYS] = { "Each of these would lead to a better result:",
			"Chacune de ces voies mènerait à un meilleur résultat :",
			"Jedes davon würde zu einem besseren Ergebnis führen:",
			"Ognuna di queste vie porterebbe a un risultato migliore:" },
	[WORD_WAY_NONE] = { "No change of up to three answers that can change leads "
			    "there.",
			    "Aucun changement d’au plus trois réponses susceptibles de "
			    "changer n’y mène.",
			    "Keine Änderung von bis zu drei Antworten, die sich ändern "
			    "können, führt dorthin.",
			    "Nessuna modifica di al massimo tre risposte che possono "
			    "cambiare porta lì." },
	[WORD_WAY_MORE] = { "There are other ways with as many changes.",
			    "Il existe d’autres voies avec autant de changements.",
			    "Es gibt weitere Wege mit ebenso vielen Änderungen.",
			    "Esistono altre vie con altrettante modifiche." },
	[WORD_WAY_DATES] = { "With other dates alone the result could be better too: "
			     "permit timeline tells from which day on.",
			     "D’autres dates suffiraient peut-être aussi : permit "
			     "timeline indique à partir de quel jour.",
			     "Auch andere Daten allein könnten genügen: permit timeline "
			     "sagt, ab welchem Tag.",
			     "Anche altre date da sole potrebbero bastare: permit "
			     "timeline indica da quale giorno." },
	[WORD_ALREADY] = { "No result is better than this one, or it is the one asked "
			   "for.",
			   "Aucun résultat n’est meilleur, ou c’est celui qui est "
			   "demandé.",
			   "Kein Ergebnis ist besser, oder es ist das gesuchte.",
			   "Nessun risultato è migliore, o è quello richiesto." },
	[WORD_CHANGES_PERSON] = { "The person can do something about it.",
				  "La personne peut agir sur ce point.",
				  "Die Person kann dazu selbst etwas tun.",
				  "La persona può fare qualcosa al riguardo." },
	[WORD_CHANGES_OTHERS] = { "A finding or an assessment that others can make.",
				  "Un constat ou une évaluation que d’autres peuvent "
				  "faire.",
				  "Eine Feststellung oder Abklärung, die andere treffen "
				  "können.",
				  "Un accertamento o una valutazione che altri possono "
				  "fare." },
	[WORD_CHANGES_TIME] = { "It comes with time; nobody may ask it of the person.",
				"Cela vient avec le temps ; nul ne peut l’exiger de la "
				"personne.",
				"Das kommt mit der Zeit; niemand darf es von der Person "
				"verlangen.",
				"Viene con il tempo; nessuno può pretenderlo dalla "
				"persona." },
	[WORD_PROVEN] = { "The result is proven: no other answer could change it.",
			  "Le résultat est prouvé : aucune autre réponse ne pourrait le "
			  "changer.",
			  "Das Ergebnis ist bewiesen: keine andere Antwort könnte es "
			  "ändern.",
			  "Il risultato è provato: nessun’altra risposta potrebbe "
			  "cambiarlo." },
	[WORD_PROVEN_ALL] = { "The result is proven. Every question was needed.",
			      "Le résultat est prouvé. Chaque question était "
			      "nécessaire.",
			      "Das Ergebnis ist bewiesen. Jede Frage war nötig.",
			      "Il risultato è provato. Ogni domanda era "
			      "necessaria." },
	[WORD_UNSETTLED] = { "Every question was asked; what is not known leaves "
			     "the result "
			     "open. Nothing counts against the person for that.",
			     "Toutes les questions ont été posées ; ce qui n’est "
			     "pas connu "
			     "laisse le résultat ouvert. Rien n’en compte contre "
			     "la personne.",
			     "Alle Fragen wurden gestellt; was nicht bekannt ist, "
			     "lässt das "
			     "Ergebnis offen. Das zählt nicht gegen die Person.",
			     "Tutte le domande sono state poste; ciò che non è "
			     "noto lascia "
			     "aperto il risultato. Nulla conta per questo contro "
			     "la persona." },
	[WORD_CHECK_ANSWERS] = { "Please check the answers",
				 "Vérifiez les réponses",
				 "Bitte die Antworten prüfen",
				 "Verificare le risposte" },
	[WORD_NOT_KNOWN] = { "not known", "pas connu", "nicht bekannt",
			     "non noto" },
	[WORD_DECLINED] = { "prefers not to say", "préfère ne pas dire",
			    "möchte nicht sagen", "preferisce non dire" },
	[WORD_RECORD_NOW] = { "Record this decision? y  yes   n  no   <  back",
			      "Enregistrer cette décision ? y  oui   n  non   <  "
			      "retour",
			      "Diesen Entscheid aufzeichnen? y  ja   n  nein   <  "
			      "zurück",
			      "Registrare questa decisione? y  sì   n  no   <  "
			      "indietro" },
	[WORD_NOT_RECORDED] = { "Nothing was recorded.", "Rien n’a été enregistré.",
				"Nichts wurde aufgezeichnet.",
				"Nulla è stato registrato." },
	[WORD_SAVED] = { "The answers are in", "Les réponses sont dans",
			 "Die Antworten stehen in", "Le risposte sono in" },
	[WORD_NUMBERS] = { "a whole number, {} to {}", "un nombre entier, {} à {}",
			   "eine ganze Zahl, {} bis {}",
			   "un numero intero, da {} a {}" },
	[WORD_FORM_DATE] = { "a date like 2025-02-04, or 2025-02 when only the "
			     "month is known",
			     "une date comme 2025-02-04, ou 2025-02 si seul le "
			     "mois est connu",
			     "ein Datum wie 2025-02-04, oder 2025-02, wenn nur der "
			     "Monat "
			     "bekannt ist",
			     "una data come 2025-02-04, o 2025-02 se è noto solo "
			     "il mese" },
	[WORD_FORM_DURATION] = { "a duration like P6M (months), P180D (days) or "
				 "P3Y (years)",
				 "une durée comme P6M (mois), P180D (jours) ou P3Y "
				 "(ans)",
				 "eine Dauer wie P6M (Monate), P180D (Tage) oder "
				 "P3Y (Jahre)",
				 "una durata come P6M (mesi), P180D (giorni) o P3Y "
				 "(anni)" },
	[WORD_FORM_PERIODS] = { "periods like {} 2024-01-01..2024-12-31, separated "
				"by commas; or "
				"none",
				"des périodes comme {} 2024-01-01..2024-12-31, "
				"séparées par des "
				"virgules ; ou none",
				"Zeiträume wie {} 2024-01-01..2024-12-31, durch "
				"Kommas getrennt; "
				"oder none",
				"periodi come {} 2024-01-01..2024-12-31, separati "
				"da virgole; oppure none" },
	[WORD_FORM_SET] = { "any of them, separated by commas; or none",
			    "un ou plusieurs, séparés par des virgules ; ou none",
			    "eines oder mehrere, durch Kommas getrennt; oder none",
			    "uno o più, separati da virgole; oppure none" },
	[WORD_NOTHING_BEFORE] = { "This is the first question.",
				  "C’est la première question.",
				  "Das ist die erste Frage.",
				  "Questa è la prima domanda." },

	[WORD_ASK_REGISTER] = { "the register", "le registre", "im Register",
				"il registro" },
	[WORD_ASK_FILE] = { "the notes on file", "le dossier", "in den Akten",
			    "gli atti" },
	[WORD_ASK_SUPPORTER] = { "the support worker", "la personne de soutien",
				 "bei der Betreuung", "chi fornisce sostegno" },
	[WORD_ASK_PROFESSIONAL] = { "the professional who helps",
				    "le professionnel qui aide",
				    "bei der Fachperson",
				    "il professionista che assiste" },
	[WORD_ASK_ADVISER] = { "the legal adviser", "le conseil juridique",
			       "bei der Rechtsberatung", "il consulente legale" },
	[WORD_ASK_PERSON] = { "the person", "la personne", "bei der Person",
			      "la persona" },
};

const char *number_text(uint64_t number, char to[NUMBER_BYTES])
{
	snprintf(to, NUMBER_BYTES, "%" PRIu64, number);
	return to;
}

const char *word_fill(const char *pattern, const char *first, const char *second,
		      char *to, size_t room)
{
	const char *hole = strstr(pattern, "{}");
	const char *hole2 = hole != NULL ? strstr(hole + 2, "{}") : NULL;

	if (hole == NULL)
		snprintf(to, room, "%s", pattern);
	else if (hole2 == NULL)
		snprintf(to, room, "%.*s%s%s", (int)(hole - pattern), pattern,
			 first, hole + 2);
	else
		snprintf(to, room, "%.*s%s%.*s%s%s", (int)(hole - pattern), pattern,
			 first, (int)(hole2 - hole - 2), hole + 2, second,
			 hole2 + 2);
	return to;
}

const char *word_in(enum word word, enum language language)
{
	return words[word][language];
}

const char *value_in(const char *value, enum language language,
		     char to[VALUE_TEXT_BYTES])
{
	static const enum word units[][2] = {
		[DURATION_DAYS] = { WORD_DAY, WORD_DAYS },
		[DURATION_MONTHS] = { WORD_MONTH, WORD_MONTHS },
		[DURATION_YEARS] = { WORD_YEAR, WORD_YEARS },
	};
	struct duration duration;

	if (value[0] == '\0' || strcmp(value, "-") == 0 ||
	    strcmp(value, "none") == 0)
		return word_in(WORD_NONE, language);
	if (!duration_parse(value, strlen(value), &duration))
		return value;
	snprintf(to, VALUE_TEXT_BYTES, "%d %s", duration.count,
		 word_in(units[duration.unit][duration.count != 1], language));
	return to;
}

const char *day_in(const char *text, enum language language, char to[DAY_TEXT_BYTES])
{
	static const char *const months[N_LANGUAGES][12] = {
		[LANGUAGE_EN] = { "January", "February", "March", "April", "May",
				  "June", "July", "August", "September", "October",
				  "November", "December" },
		[LANGUAGE_FR] = { "janvier", "février", "mars", "avril", "mai", "juin",
				  "juillet", "août", "septembre", "octobre",
				  "novembre", "décembre" },
		[LANGUAGE_DE] = { "Januar", "Februar", "März", "April", "Mai", "Juni",
				  "Juli", "August", "September", "Oktober", "November",
				  "Dezember" },
		[LANGUAGE_IT] = { "gennaio", "febbraio", "marzo", "aprile", "maggio",
				  "giugno", "luglio", "agosto", "settembre", "ottobre",
				  "novembre", "dicembre" },
	};
	const char *after = language == LANGUAGE_DE ? "." : "";
	struct civil civil;
	day_t day;

	if (!date_parse(text, strlen(text), &day))
		return text;
	civil = date_civil(day);
	if (language == LANGUAGE_FR && civil.day == 1)
		after = "er";
	snprintf(to, DAY_TEXT_BYTES, "%d%s %s %d", (int)civil.day, after,
		 months[language][civil.month - 1], (int)civil.year);
	return to;
}
