package api

import (
	"reflect"
	"strings"

	"guanji/internal/incident"
)

// meaning says what a member of a step is, "" for any other: package incident
// knows nothing of this document.
func meaning(t reflect.Type, f reflect.StructField) string {
	if len(f.Index) > 1 {
		t = t.FieldByIndex(f.Index[:len(f.Index)-1]).Type
	}
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return meanings()[t][name]
}

// meanings is what the members of steps mean, by type and name.
func meanings() map[reflect.Type]map[string]string {
	return map[reflect.Type]map[string]string{
		reflect.TypeFor[incident.Step](): {
			"happened": "When it happened; absent: when it was recorded.", "offline": "It was done on paper, and keyed in later.",
			"alert": "A machine raised it.", "open": "A person said what it is.", "dismiss": "An alert is neither incident nor threat.", "join": "It belongs to another case.",
			"aware": "A correction of awareness.", "facts": "Facts were stated.", "part": "A part of a report was written.", "sent": "A report was made.", "note": "A fact, or something that was done.",
			"role": "Who does what.", "task": "Something to do.", "done": "A task is done.", "kept": "Something was preserved.", "handed": "It went from one to another.", "ended": "Handling has ended.",
			"said": "The program told people what is due.", "given": "What became of a message.", "ack": "Somebody sees to the case.", "strike": "Takes another step back.", "close": "The case is closed.",
			"reopen": "It was opened again.", "plan": "Of the organization; not in cases.", "judged": "What the content said of the case after this step."},
		reflect.TypeFor[incident.Alert](): {"source": "Which machine.", "ref": "Its own number of the alert.", "group": "What it counts as the same kind.", "system": "The id of a system, or what the machine calls it.", "severity": "In the words of the machine."},
		reflect.TypeFor[incident.Open]():  {"as": "incident: something happened. threat: something was found that may happen (CIIR-18).", "systems": "The ids of the systems concerned.", "drill": "Nothing of it happened.", "aware": "From when the clocks run."},
		reflect.TypeFor[incident.Aware](): {"at": "When the organization became aware (发现或获知).", "reading": "machine: when a machine raised the alert. person: when a person here first saw it. told: when somebody else told. confirmed: when it was confirmed.",
			"why": "Needed for a correction."},
		reflect.TypeFor[incident.Dismiss](): {"why": "At most 20,000 bytes, as all long texts of steps; short ones have at most 300."},
		reflect.TypeFor[incident.Join]():    {"to": "The number of the other case."},
		reflect.TypeFor[incident.Facts]():   {"values": "By the ids of the vocabulary: list-facts, those of incidents. null takes one back."},
		reflect.TypeFor[incident.Part]():    {"id": "Such as event or closing.cause: docs/formats/incidents.md lists them."},
		reflect.TypeFor[incident.Sent](): {"report": "Which one: report of a clock.", "way": "How: by telephone to which number, on which site.", "whom": "Who took it.", "receipt": "Its number, or what was answered.",
			"files": "What was sent and what came back: as finish-upload answers.", "late": "Why it is late; needed if the limit had passed."},
		reflect.TypeFor[incident.Note]():      {"action": "Something was done."},
		reflect.TypeFor[incident.Role]():      {"role": "lead, reporter, technical, evidence, scribe, legal or public."},
		reflect.TypeFor[incident.Done]():      {"of": "The seq of the task."},
		reflect.TypeFor[incident.Kept]():      {"from": "From which system, account or place.", "how": "With which tool.", "who": "Who has it in keeping.", "where": "Where it is kept.", "sum": "sha256: and 64 hexadecimal digits, of what is kept elsewhere.", "files": "What is kept here."},
		reflect.TypeFor[incident.Handed]():    {"of": "The seq of what was kept."},
		reflect.TypeFor[incident.Strike]():    {"of": "The seq of the step that was wrong."},
		reflect.TypeFor[incident.Close]():     {"why": "Needed while a report that is due was not made."},
		reflect.TypeFor[incident.Said]():      {"stage": "The most urgent of what was told.", "by": "The deadline that it was about.", "level": "To how many of the ladder, less one.", "to": "Their names.", "behind": "Seconds by which it is later than it should be."},
		reflect.TypeFor[incident.Given]():     {"attempt": "From 1; above it, an earlier one may have arrived.", "failed": "Why it was given up."},
		reflect.TypeFor[incident.Plan]():      {"ladder": "Who is told first, and who next if nobody answers; at most 20.", "wait": "Minutes without an answer after which the next is told; 0: 5.", "contacts": "By recipient.", "folders": "The ids of the channels to which the card is printed.", "phrase": "Where paper forms, keys and the card are kept."},
		reflect.TypeFor[incident.Person]():    {"channels": "The ids of channels."},
		reflect.TypeFor[incident.Contact]():   {"name": "Which office, which person.", "other": "Mail, fax, site, account.", "checked": "When somebody last tried it."},
		reflect.TypeFor[incident.Judgement](): {"content": "The digest of the content that said it.", "known": "Every fact that was known, of the organization and of the case: from it everything can be worked out again."},
	}
}
