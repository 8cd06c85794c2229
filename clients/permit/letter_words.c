/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/permit/letter.h"

static const char *const words[N_LETTER_WORDS][N_LANGUAGES] = {
	[LETTER_WORD_TITLE] = { "A letter for you", "Une lettre pour vous",
				"Ein Brief für Sie", "Una lettera per Lei" },
	[LETTER_WORD_REFERENCE] = { "Reference: {}", "Référence : {}",
				    "Zeichen: {}", "Riferimento: {}" },
	[LETTER_WORD_NO_RECORD] = {
		"This is a draft. Nothing has been recorded.",
		"Ceci est un projet. Rien n’a été enregistré.",
		"Dies ist ein Entwurf. Nichts wurde aufgezeichnet.",
		"Questa è una bozza. Nulla è stato registrato." },
	[LETTER_WORD_RESULT] = { "What we found", "Ce que nous avons constaté",
				 "Was wir festgestellt haben",
				 "Che cosa abbiamo stabilito" },
	[LETTER_WORD_GRANT] = {
		"The rules say that you are to get what you asked for.",
		"Selon les règles, vous devez recevoir ce que vous avez demandé.",
		"Nach den Regeln sollen Sie bekommen, was Sie verlangt haben.",
		"Secondo le regole, Lei deve ricevere ciò che ha chiesto." },
	[LETTER_WORD_WAIT] = {
		"It is too early today. This is no refusal: it will be possible later.",
		"Il est trop tôt aujourd’hui. Ce n’est pas un refus : "
		"ce sera possible plus tard.",
		"Heute ist es noch zu früh. Das ist keine Ablehnung: "
		"Später wird es möglich.",
		"Oggi è troppo presto. Non è un rifiuto: sarà possibile più tardi." },
	[LETTER_WORD_REFER] = {
		"Nothing is decided yet. An officer will look at your case. "
		"Nothing has been refused.",
		"Rien n’est encore décidé. Un agent va examiner votre dossier. "
		"Rien n’a été refusé.",
		"Noch ist nichts entschieden. Eine zuständige Person schaut sich "
		"Ihren Fall an. Nichts wurde abgelehnt.",
		"Nulla è ancora deciso. Un funzionario esaminerà il Suo caso. "
		"Nulla è stato rifiutato." },
	[LETTER_WORD_NO_ROUTE] = {
		"The ways we looked at are not open on these facts. There may be "
		"others: ask your adviser.",
		"Les voies examinées ne sont pas ouvertes selon ces faits. Il peut "
		"en exister d’autres : demandez à votre conseil.",
		"Die geprüften Wege stehen nach diesen Tatsachen nicht offen. "
		"Vielleicht gibt es andere: Fragen Sie Ihre Beratung.",
		"Le vie esaminate non sono aperte in base a questi fatti. Possono "
		"essercene altre: chieda a chi La assiste." },
	[LETTER_WORD_ADVERSE] = {
		"Nothing is decided yet. Officers must first hear you and answer "
		"what you say.",
		"Rien n’est encore décidé. Des agents doivent d’abord vous entendre "
		"et répondre à ce que vous dites.",
		"Noch ist nichts entschieden. Zuständige Personen müssen Sie zuerst "
		"anhören und auf das eingehen, was Sie sagen.",
		"Nulla è ancora deciso. I funzionari devono prima ascoltarla e "
		"rispondere a ciò che dice." },
	[LETTER_WORD_ASK] = {
		"Nothing is decided yet. Some answers are still missing.",
		"Rien n’est encore décidé. Il manque encore des réponses.",
		"Noch ist nichts entschieden. Einige Antworten fehlen noch.",
		"Nulla è ancora deciso. Mancano ancora alcune risposte." },
	[LETTER_WORD_REASONS] = { "Why", "Pourquoi", "Warum", "Perché" },
	[LETTER_WORD_ANSWERS] = { "These answers led to it:",
				  "Ces réponses y ont conduit :",
				  "Diese Antworten führten dazu:",
				  "Queste risposte hanno portato a ciò:" },
	[LETTER_WORD_KEPT_BACK] = {
		"Other answers counted too. To protect you, this letter does not "
		"repeat them.",
		"D’autres réponses ont compté. Pour vous protéger, cette lettre ne "
		"les répète pas.",
		"Auch andere Antworten zählten. Zu Ihrem Schutz wiederholt dieser "
		"Brief sie nicht.",
		"Anche altre risposte hanno contato. Per proteggerla, questa lettera "
		"non le ripete." },
	[LETTER_WORD_SOURCES] = { "The law: {}", "Le droit : {}", "Das Recht: {}",
				  "La legge: {}" },
	[LETTER_WORD_DATES] = { "Key dates", "Dates importantes", "Wichtige Daten",
				"Date importanti" },
	[LETTER_WORD_DECIDED_ON] = { "We looked at your case as of {}",
				     "Nous avons examiné votre dossier au {}",
				     "Wir haben Ihren Fall geprüft per {}",
				     "Abbiamo esaminato il Suo caso in questa data: {}" },
	[LETTER_WORD_LASTS] = { "How long it lasts: {}", "Durée : {}", "Dauer: {}",
				"Durata: {}" },
	[LETTER_WORD_AT_MOST] = { "{} at most", "{} au plus", "höchstens {}",
				  "al massimo {}" },
	[LETTER_WORD_AT_LEAST] = { "at least {}", "au moins {}", "mindestens {}",
				   "almeno {}" },
	[LETTER_WORD_FROM] = { "Possible from: {}", "Possible à partir du {}",
			       "Möglich ab: {}", "Possibile a partire da: {}" },
	[LETTER_WORD_TO_DO] = { "What to do", "Que faire", "Was zu tun ist",
				"Che cosa fare" },
	[LETTER_WORD_NOTHING_NEEDED] = {
		"We need no more answers for this. Keep this letter in a safe place.",
		"Il ne nous faut pas d’autre réponse pour cela. Gardez cette lettre "
		"en lieu sûr.",
		"Wir brauchen dafür keine weiteren Antworten. Bewahren Sie diesen "
		"Brief an einem sicheren Ort auf.",
		"Per questo non ci servono altre risposte. Conservi questa lettera "
		"in un luogo sicuro." },
	[LETTER_WORD_NEEDED] = { "Still open, and where we look first:",
				 "Encore ouvert, et où nous cherchons d’abord :",
				 "Noch offen, und wo wir zuerst nachsehen:",
				 "Ancora aperto, e dove guardiamo prima:" },
	[LETTER_WORD_NOT_ALL] = {
		"You may leave any question open. That is never held against you.",
		"Vous pouvez laisser toute question ouverte. Cela ne vous nuit jamais.",
		"Sie dürfen jede Frage offen lassen. Das schadet Ihnen nie.",
		"Può lasciare aperta ogni domanda. Questo non va mai a Suo danno." },
	[LETTER_WORD_OBJECT] = { "If you do not agree", "Si vous n’êtes pas d’accord",
				 "Wenn Sie nicht einverstanden sind",
				 "Se non è d’accordo" },
	[LETTER_WORD_OBJECT_HOW] = {
		"Tell the office, or let your adviser tell it, and give the reference "
		"above. Ask where and until when you can object: the office adds "
		"this here: ____________________",
		"Dites-le à l’office, vous ou votre conseil, avec la référence "
		"ci-dessus. Demandez où et jusqu’à quand vous pouvez faire opposition : "
		"l’office l’indique ici : ____________________",
		"Sagen Sie es dem Amt, selbst oder durch Ihre Beratung, mit dem "
		"Zeichen oben. Fragen Sie, wo und bis wann Sie sich wehren können: "
		"Das Amt trägt es hier ein: ____________________",
		"Lo dica all’ufficio, Lei o chi La assiste, con il riferimento qui "
		"sopra. Chieda dove e fino a quando può opporsi: l’ufficio lo "
		"aggiunge qui: ____________________" },
};

const char *letter_word(enum letter_word word, enum language language)
{
	return words[word][language];
}
