/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PERMIT_CLIENTS_CARD_STYLE_H
#define PERMIT_CLIENTS_CARD_STYLE_H

/*
 * The style of the report card: light and dark, narrow and wide, on paper too.
 * Colours have a contrast of at least 4.5 to 1 with what is behind them.
 */
#define CARD_STYLE                                                              \
	":root{color-scheme:light dark;--ink:#1b1f24;--faint:#525a65;"          \
	"--paper:#fff;--panel:#f5f6f8;--line:#c9ced6;--link:#0b4f9e;"           \
	"--yes:#d8f0df;--yes-ink:#0a4a21;--part:#fdecbf;--part-ink:#573f00;"    \
	"--no:#fadcdc;--no-ink:#7a1216;--unsaid:#e4e7ec;--unsaid-ink:#363c45}\n"\
	"@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--faint:#a9b1bc;"\
	"--paper:#15181c;--panel:#1e2227;--line:#3c434d;--link:#8ec1ff;"        \
	"--yes:#123d22;--yes-ink:#b4efc8;--part:#443500;--part-ink:#ffdf8a;"    \
	"--no:#4d1519;--no-ink:#ffc4c4;--unsaid:#30363f;--unsaid-ink:#d3d8df}}\n"\
	"*{box-sizing:border-box}\n"                                            \
	"body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem 3rem;"          \
	"font:1rem/1.55 system-ui,sans-serif;color:var(--ink);"                 \
	"background:var(--paper);overflow-wrap:break-word}\n"                   \
	"h1{font-size:2rem;margin:0 0 .5rem}\n"                                 \
	"h2{font-size:1.5rem;margin:3rem 0 1rem;padding-top:1.5rem;"            \
	"border-top:3px solid var(--ink);line-height:1.25}\n"                   \
	"h3{font-size:1.2rem;margin:0 0 .5rem;line-height:1.35}\n"              \
	"h4,h5{font-size:1rem;margin:1rem 0 .5rem}\n"                           \
	"header p,.summary{max-width:44rem}\n"                                  \
	".summary{font-size:1.1rem;margin:.25rem 0 1rem}\n"                     \
	"a{color:var(--link)}\n"                                                \
	"a:focus-visible,.scroll:focus-visible{outline:3px solid var(--link);"  \
	"outline-offset:2px}\n"                                                 \
	".skip{position:absolute;left:-100rem}.skip:focus{left:1rem}\n"         \
	".edition{display:block;font-size:1rem;font-weight:400;"                \
	"color:var(--faint)}\n"                                                 \
	".verdict{display:inline-block;padding:.05rem .6rem;border-radius:1rem;"\
	"font-size:1rem;font-weight:600;white-space:nowrap}\n"                  \
	".yes{background:var(--yes);color:var(--yes-ink)}\n"                    \
	".part{background:var(--part);color:var(--part-ink)}\n"                 \
	".no{background:var(--no);color:var(--no-ink)}\n"                       \
	".unsaid{background:var(--unsaid);color:var(--unsaid-ink)}\n"           \
	".scroll{overflow-x:auto}\n"                                            \
	"table{border-collapse:collapse;width:100%;margin:.25rem 0 1rem}\n"     \
	"caption{text-align:left;font-weight:600;color:var(--faint);"           \
	"font-size:.9rem;padding:.25rem 0}\n"                                   \
	"th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;"         \
	"border-bottom:1px solid var(--line);font-size:.95rem}\n"               \
	"tbody th{font-weight:500}\n"                                           \
	".matrix td a{text-decoration:none}.matrix .name{white-space:nowrap}\n" \
	".matrix thead th{font-size:.85rem}"                                    \
	".matrix th,.matrix td{padding:.4rem}.matrix .verdict{font-size:.9rem;" \
	"padding:.05rem .45rem}\n"                                              \
	".matrix tr>:first-child{min-width:9rem;position:sticky;left:0;"        \
	"background:var(--paper)}\n"                                            \
	".whole{grid-column:1/-1}code{font-size:.9em}\n"                        \
	".key{display:block;font-size:.8rem;color:var(--faint);"                \
	"font-weight:400}\n"                                                    \
	".differs th,.differs td{font-weight:700;background:var(--part);"       \
	"color:var(--part-ink)}.differs .key{color:inherit}\n"                  \
	".note{font-weight:400;font-size:.85rem}\n"                             \
	"dl{display:grid;grid-template-columns:repeat(auto-fill,"               \
	"minmax(14rem,1fr));gap:.75rem 1.5rem;margin:0 0 1.5rem}\n"             \
	"dt{font-size:.85rem;color:var(--faint)}dd{margin:0;"                   \
	"overflow-wrap:anywhere}\n"                                             \
	"article{background:var(--panel);border:1px solid var(--line);"         \
	"border-radius:.5rem;padding:1.25rem;margin:0 0 1.25rem}\n"             \
	".points{list-style:none;margin:0;padding:0}\n"                         \
	".points>li{border-top:1px solid var(--line);padding:.6rem 0}\n"        \
	".points p{margin:.1rem 0 .4rem}\n"                                     \
	".mark{display:inline-block;min-width:5.2rem;font-weight:600}\n"        \
	".m0{color:var(--yes-ink)}.m2{color:var(--no-ink)}\n"                   \
	".theorem,.from,.answers{font-size:.85rem;color:var(--faint)}\n"        \
	".cases{display:grid;grid-template-columns:repeat(auto-fit,"            \
	"minmax(min(100%,22rem),1fr));gap:1rem;margin:.5rem 0}\n"               \
	".case{background:var(--paper);border:1px solid var(--line);"           \
	"border-radius:.5rem;padding:.25rem 1rem .5rem;min-width:0}\n"          \
	".fault{color:var(--no-ink);font-weight:700}\n"                         \
	"footer{margin-top:3rem;font-size:.9rem;color:var(--faint)}\n"          \
	"@media(max-width:36rem){body{padding:1rem .75rem 2rem}"                \
	"article{padding:.9rem .75rem}.case{padding:.25rem .6rem .5rem}"        \
	"th,td{padding:.35rem .4rem}.mark{min-width:0;margin-right:.3rem}}\n"   \
	"@media print{:root{--panel:#fff;--paper:#fff;--ink:#000;"              \
	"--faint:#333;--line:#999;--link:#000}"                                 \
	"body{max-width:none;padding:0;font-size:10pt}"                         \
	".card+.card{break-before:page}.case,tr,dl{break-inside:avoid}"         \
	"h2,h3,h4,h5{break-after:avoid}.scroll{overflow:visible}"               \
	".skip{display:none}.verdict{border:1px solid currentColor}}\n"

#endif
