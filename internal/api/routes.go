package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"guanji/internal/respond"
)

// manual is the description of the whole API in the OpenAPI document.
const manual = `Where organizations stand with China's law on critical information infrastructure: what was stated of them, and what follows, with reasons.

Every request carries a token (Authorization: Bearer TOKEN). Failures are problem details (RFC 9457) in the language of Accept-Language, with a stable code. Lists come in pages: give the next of one page as after for the one that follows. Facts are three-valued: null is asked and not known; what was never stated is unknown too. Not legal advice.`

// The limits of bodies, in bytes.
const (
	mostBody = 1 << 20
	mostFile = 8 << 20
)

// An operation is one line of the map below.
type operation struct {
	pattern string // method and path below Base
	scope   string
	id      string // operationId, which stays
	summary string
	about   string // what the summary does not say
}

// routes registers every operation. It reads as a map of the API.
func (s *server) routes(a huma.API) {
	add(s, a, operation{"GET /me", read, "get-me", "Tell who is asking", "The account that the token acts for, and the scopes that it can use."}, s.me)

	add(s, a, operation{"GET /organizations", read, "list-organizations", "List the organizations", "In the order of their making."}, s.organizations)
	add(s, a, operation{"POST /organizations", write, "create-organization", "Make an organization", "Nothing is known of it but its name."}, s.createOrganization)
	add(s, a, operation{"POST /organizations/import", write, "import-organization", "Import an organization file", "Makes the organization if there is none with the id in the file. All or nothing; every mistake in the file is listed with line and column."}, s.importOrganization)
	add(s, a, operation{"PUT /organizations/{organization}/name", write, "rename-organization", "Rename an organization", ""}, s.renameOrganization)
	add(s, a, operation{"GET /organizations/{organization}/file", read, "get-organization-file", "Export the organization file", "Everything that stands, in YAML: equal states give equal bytes."}, s.exportFile)
	add(s, a, operation{"PUT /organizations/{organization}/file", write, "put-organization-file", "Import the file of this organization", "As import-organization, but the file must be about this organization."}, s.importFile)

	add(s, a, operation{"GET /organizations/{organization}/assessment", read, "get-assessment", "Assess an organization", "Determination, duties and transfers on a day, each with its reasons: the same bytes as guanji assess --format json."}, s.assessment)
	add(s, a, operation{"GET /organizations/{organization}/questions", read, "list-questions", "List the open questions", "The most useful first: those that could raise the status, then those on which most duties depend."}, s.questions)
	add(s, a, operation{"GET /organizations/{organization}/duties", read, "list-duties", "List the duties", "Every duty of the content once, in the order of ids, with how many subjects it applies to, may apply to, and does not."}, s.duties)
	add(s, a, operation{"GET /organizations/{organization}/duties/{duty}", read, "get-duty", "Show a duty", "With the answer and its reasons for each subject."}, s.duty)

	add(s, a, operation{"GET /organizations/{organization}/statements", read, "list-statements", "List what stands", "The oldest first."}, s.statements)
	add(s, a, operation{"POST /organizations/{organization}/statements", write, "create-statements", "State facts", "All or none. Answers with what stands then; a change that says what stands already is left out. If somebody stated something else since seen, the answer is 409 with the statement that stands."}, s.state)
	add(s, a, operation{"GET /organizations/{organization}/statements/history", read, "list-history", "List every statement about one thing", "The newest first, those taken back included."}, s.history)

	add(s, a, operation{"GET /organizations/{organization}/systems", read, "list-systems", "List the systems", "In the order of their making."}, s.systems)
	add(s, a, operation{"POST /organizations/{organization}/systems", write, "create-system", "Add a system", ""}, s.createSystem)
	add(s, a, operation{"PUT /organizations/{organization}/systems/{system}/name", write, "rename-system", "Rename a system", ""}, s.renameSystem)
	add(s, a, operation{"DELETE /organizations/{organization}/systems/{system}", write, "delete-system", "Remove a system", "All that was stated of it is taken back; the history stays."}, s.deleteSystem)
	add(s, a, operation{"GET /organizations/{organization}/transfers", read, "list-transfers", "List the transfers", "In the order of their making."}, s.transfers)
	add(s, a, operation{"POST /organizations/{organization}/transfers", write, "create-transfer", "Add a transfer", ""}, s.createTransfer)
	add(s, a, operation{"PUT /organizations/{organization}/transfers/{transfer}/name", write, "rename-transfer", "Rename a transfer", ""}, s.renameTransfer)
	add(s, a, operation{"DELETE /organizations/{organization}/transfers/{transfer}", write, "delete-transfer", "Remove a transfer", "All that was stated of it is taken back; the history stays."}, s.deleteTransfer)
	add(s, a, operation{"GET /organizations/{organization}/notices", read, "list-notices", "List the notices of designation", "In the order of their entry."}, s.notices)
	add(s, a, operation{"POST /organizations/{organization}/notices", write, "create-notice", "Enter a notice of designation", ""}, s.createNotice)
	add(s, a, operation{"PUT /organizations/{organization}/notices/{notice}", write, "put-notice", "Correct or withdraw a notice of designation", ""}, s.putNotice)
	add(s, a, operation{"DELETE /organizations/{organization}/notices/{notice}", write, "delete-notice", "Remove a notice of designation", "For one entered by mistake: one that no longer stands has withdrawn_on."}, s.deleteNotice)

	add(s, a, operation{"POST /organizations/{organization}/trials/preview", read, "preview-trial", "Try other answers", "The assessment as it would be if the changes had been stated. Nothing is kept."}, s.previewTrial)
	add(s, a, operation{"GET /organizations/{organization}/trials", read, "list-trials", "List one's trials", "The one changed last first. Trials of other accounts are not there."}, s.trials)
	add(s, a, operation{"POST /organizations/{organization}/trials", write, "create-trial", "Keep a trial", "Nothing in it is stated."}, s.createTrial)
	add(s, a, operation{"GET /organizations/{organization}/trials/{trial}", read, "get-trial", "Show a trial", ""}, s.trial)
	add(s, a, operation{"DELETE /organizations/{organization}/trials/{trial}", write, "delete-trial", "Forget a trial", ""}, s.deleteTrial)

	add(s, a, operation{"GET /organizations/{organization}/evidence", read, "list-evidence", "List what was filed", "Records, plans, events, assignments and ends, the oldest first. Nothing filed is ever edited."}, s.evidences)
	add(s, a, operation{"GET /organizations/{organization}/evidence/{seq}", read, "get-evidence", "Show something filed", ""}, s.evidence)
	add(s, a, operation{"GET /organizations/{organization}/evidence/{seq}/files/{file}", read, "get-evidence-file", "Download a file of a record", "As it was kept, byte for byte; Repr-Digest has its SHA-256. A part of it can be asked for (Range)."}, s.evidenceFile)
	add(s, a, operation{"POST /organizations/{organization}/evidence/records", write, "create-record", "File evidence", "Its files are uploaded before. What stands in the place of another record names it in supersedes."}, s.createRecord)
	add(s, a, operation{"POST /organizations/{organization}/evidence/plans", write, "create-plan", "File an order or plan to put something right", "While it runs, the duty is in rectification. end-evidence with done says that it was carried out."}, s.createPlan)
	add(s, a, operation{"POST /organizations/{organization}/evidence/events", write, "create-event", "File an event that starts a duty", ""}, s.createEvent)
	add(s, a, operation{"POST /organizations/{organization}/evidence/assignments", write, "create-assignment", "Say who sees to a duty", "A later one for the same duty and subject stands in its place."}, s.createAssignment)
	add(s, a, operation{"POST /organizations/{organization}/evidence/{seq}/end", write, "end-evidence", "Withdraw something filed, or say that a plan was carried out", "What ended stays on file. If it has ended already, the answer is 409."}, s.endEvidence)

	add(s, a, operation{"OPTIONS /organizations/{organization}/uploads", write, "get-upload-options", "Tell what is spoken of tus", "The protocol of resumable uploads, tus 1.0.0."}, s.uploadOptions)
	add(s, a, operation{"POST /organizations/{organization}/uploads", write, "create-upload", "Begin an upload", "As in tus: the answer has no body, and Location says where it goes on."}, s.createUpload)
	add(s, a, operation{"HEAD /organizations/{organization}/uploads/{upload}", write, "get-upload", "Tell how far an upload is", "Uploads of other accounts are not there."}, s.upload)
	add(s, a, operation{"PATCH /organizations/{organization}/uploads/{upload}", write, "write-upload", "Go on with an upload", "At most 64 MiB at a time. What arrived before the connection broke off is kept: get-upload says how much."}, s.writeUpload)
	add(s, a, operation{"DELETE /organizations/{organization}/uploads/{upload}", write, "delete-upload", "Give up an upload", "A file that was kept stays."}, s.deleteUpload)
	add(s, a, operation{"POST /organizations/{organization}/uploads/{upload}/finish", write, "finish-upload", "Keep an uploaded file", "Reads all of it once more, which takes seconds for each GiB. Answers with what a record has among its files; to repeat it is fine."}, s.finishUpload)

	add(s, a, operation{"GET /organizations/{organization}/position", read, "list-position", "List where every duty stands on a day", "One line for each duty and subject that it applies to, or may: duties laid against the evidence on file. In the order of duties and subjects."}, s.position)
	add(s, a, operation{"GET /organizations/{organization}/position/heat", read, "get-heat", "Count the lines over days", "Area by area and state by state, at most 400 days."}, s.heat)
	add(s, a, operation{"GET /organizations/{organization}/position/changes", read, "list-position-changes", "List what stands otherwise than on an earlier day", "In the order of duties and of the states as they are now, the most urgent first; state is the state now."}, s.positionChanges)
	add(s, a, operation{"GET /organizations/{organization}/tasks", read, "list-tasks", "List what there is to do", "Late tasks first, then by the due day, those without one last. A task follows from the position: it is done when evidence is filed."}, s.tasks)
	add(s, a, operation{"GET /organizations/{organization}/rectifications", read, "list-rectifications", "List what was done under orders and plans", "Those that had started by the day and were not withdrawn, in the order of filing."}, s.rectifications)
	add(s, a, operation{"GET /organizations/{organization}/rectifications/{seq}", read, "get-rectification", "Show what was done under an order or plan", "With the records of the duty before it and while it ran: what can be laid before the authority."}, s.rectification)

	add(s, a, operation{"POST /organizations/{organization}/alerts", raise, "create-alert", "Raise alerts", "For machines: the form of our own, the webhook of Alertmanager, or any other JSON object by JSON Pointers. An alert starts no clock: a person says whether it is an incident. Sent again under one source and ref, it is the same and the answer is 200. If too many wait for a person, the answer is 429."}, s.createAlert)
	add(s, a, operation{"GET /organizations/{organization}/incidents", read, "list-incidents", "List alerts, threats and incidents", "The newest first, each with the report that is due first."}, s.incidents)
	add(s, a, operation{"POST /organizations/{organization}/incidents", write, "create-incident", "Open an incident or a threat that no machine raised", "The clocks run from aware."}, s.createIncident)
	add(s, a, operation{"GET /organizations/{organization}/incidents/{case}", read, "get-incident", "Show a case", "Where it stands, its clocks, and its whole record: the same as guanji incident show --format json."}, s.incident)
	add(s, a, operation{"POST /organizations/{organization}/incidents/{case}/steps", write, "create-step", "Record a step in a case", "Exactly one of its parts. Answers with the case after it. A report that is late needs a reason; what has no place in the state of the case is 409."}, s.createStep)
	add(s, a, operation{"GET /organizations/{organization}/incidents/{case}/report", read, "get-incident-report", "Write the report of a case", "As a document, pre-filled from the record. A layout of our own, and no official form."}, s.incidentReport)
	add(s, a, operation{"GET /organizations/{organization}/incidents/{case}/replay", read, "get-replay", "Work out the deadlines of a case again", "From the record alone; grades are compared where the content is the same."}, s.replay)
	add(s, a, operation{"GET /organizations/{organization}/response-plan", read, "get-response-plan", "Show how the organization is reached and reaches others", ""}, s.responsePlan)
	add(s, a, operation{"PUT /organizations/{organization}/response-plan", write, "put-response-plan", "Change the plan", "It stands as a whole; the ones before stay in the record. If somebody changed it since seen, the answer is 409."}, s.putResponsePlan)
	add(s, a, operation{"GET /organizations/{organization}/response-plan/card", read, "get-response-card", "Print the card", "The one page, in Chinese, for when this machine is gone."}, s.responseCard)

	add(s, a, operation{"GET /ledger/checkpoint", read, "get-checkpoint", "Show the newest signed checkpoint", "A C2SP signed note. Keep it where nobody who runs this installation can change it."}, s.checkpoint)
	add(s, a, operation{"GET /ledger/key", read, "get-ledger-key", "Show the public key", "As guanji key public prints it. Have it before you need it, and from somebody else, too."}, s.ledgerKey)
	add(s, a, operation{"GET /ledger/leaves", read, "list-leaves", "List the leaves about a record", "The oldest first. Those about accounts and passes need the scope administer."}, s.leaves)
	add(s, a, operation{"GET /ledger/leaves/{leaf}", read, "get-leaf", "Show a leaf", "Who changed which record when, with its digests before and after. Those about accounts and passes need the scope administer."}, s.leaf)
	add(s, a, operation{"GET /ledger/leaves/{leaf}/proof", read, "get-proof", "Prove that a leaf is in the ledger", "Can be checked with the public key alone. A leaf is under a checkpoint within a second or so; until then the answer is 404."}, s.proof)

	add(s, a, operation{"GET /facts", read, "list-facts", "List the vocabulary", "Every fact that can be stated, with type, unit, values and question."}, s.facts)
	add(s, a, operation{"GET /law/instruments", read, "list-instruments", "List the laws and standards", "In the order of ids."}, s.instruments)
	add(s, a, operation{"GET /law/instruments/{instrument}", read, "get-instrument", "Show a law or standard", ""}, s.instrument)
	add(s, a, operation{"GET /law/provisions", read, "list-provisions", "List or search provisions", "In the order of instruments and articles."}, s.provisions)
	add(s, a, operation{"GET /law/provisions/{provision}", read, "get-provisions", "Show what bears or bore a number", "CSL-21 is today's CSL-21 as well as what is CSL-23(3) today. Every wording that each had."}, s.provision)
	add(s, a, operation{"GET /law/changes", read, "list-changes", "List what changes in the law", "What starts, ends, is amended or renumbered between two days."}, s.changes)

	add(s, a, operation{"GET /tokens", read, "list-tokens", "List one's tokens", "Those that are still good, the newest first."}, s.tokens)
	add(s, a, operation{"POST /tokens", write, "create-token", "Make a token from this one", "It may have no scope that this token lacks, and may not outlive it: a token that was stolen makes nothing that is worth more. Others are made on the settings page."}, s.createToken)
	add(s, a, operation{"DELETE /tokens/{token}", write, "delete-token", "End a token of one's own", ""}, s.deleteToken)
	add(s, a, operation{"GET /accounts", administer, "list-accounts", "List the accounts", "In the order of their making."}, s.accounts)
	add(s, a, operation{"POST /accounts", administer, "create-account", "Invite somebody", "Answers with the secret of a link by which its owner chooses a password. It is shown once."}, s.createAccount)
	add(s, a, operation{"PATCH /accounts/{account}", administer, "update-account", "Change a role, or disable an account", "A disabled account loses its sessions, links and tokens. The last administrator stays."}, s.updateAccount)
}

// tags describes the groups of operations.
func tags() []*huma.Tag {
	return []*huma.Tag{
		{Name: "organizations", Description: "Organizations, what was stated of them, what was filed, and what follows"},
		{Name: "ledger", Description: "The tamper-evident ledger under everything"},
		{Name: "law", Description: "The law as data"},
		{Name: "facts", Description: "The vocabulary"},
		{Name: "me", Description: "The caller"},
		{Name: "tokens", Description: "Tokens of the caller"},
		{Name: "accounts", Description: "Accounts, for administrators"},
	}
}

// add registers an operation.
func add[I, O any](s *server, a huma.API, o operation, do func(context.Context, *I) (*O, error)) {
	huma.Register(a, o.describe(), func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.answer(ctx, o.id, err)
		}
		return out, nil
	})
}

func (o operation) describe() huma.Operation {
	method, path, _ := strings.Cut(o.pattern, " ")
	op := huma.Operation{Method: method, Path: Base + path, OperationID: o.id, Summary: o.summary,
		Description: strings.TrimSpace("Scope: " + o.scope + ". " + o.about), Tags: []string{strings.Split(path, "/")[1]},
		Security: []map[string][]string{{scheme: {o.scope}}}, Errors: []int{400, 401, 403, 503}}
	if strings.Contains(path, "{") {
		op.Errors = append(op.Errors, http.StatusNotFound)
	}
	if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		op.MaxBodyBytes, op.BodyReadTimeout = mostBody+1, -1 // see takeBody
		op.Errors = append(op.Errors, http.StatusRequestTimeout, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	if method == http.MethodDelete {
		op.Errors = append(op.Errors, http.StatusConflict)
	}
	if strings.HasPrefix(o.id, "create-") && o.id != "create-statements" || o.id == "end-evidence" {
		op.DefaultStatus = http.StatusCreated
	}
	if strings.HasSuffix(path, "/file") && method == http.MethodPut || strings.HasSuffix(path, "/import") {
		op.MaxBodyBytes, op.RequestBody, op.SkipValidateBody = mostFile+1, fileBody(), true
	}
	if strings.Contains(path, "/uploads") {
		op.MaxBodyBytes = 0 // what is sent is read by the operation, if at all
		op.Errors = append(op.Errors, http.StatusPreconditionFailed, http.StatusTooManyRequests)
	}
	o.describeBodies(&op)
	return op
}

// describeBodies describes bodies and answers that are no JSON.
func (o operation) describeBodies(op *huma.Operation) {
	switch o.id {
	case "get-organization-file":
		op.Responses = answerOf(yamlType, "An organization file in YAML: docs/formats/organization.md.")
	case "get-evidence-file":
		op.Responses = answerOf(rawType, "The file as it was kept.")
	case "get-checkpoint":
		op.Responses = answerOf(textType, "A signed checkpoint.")
	case "get-ledger-key":
		op.Responses = answerOf(textType, "Keys, one a line: name+hash+key.")
	case "write-upload":
		op.RequestBody = chunkBody()
	case "get-incident-report", "get-response-card":
		op.Responses = answerOf(docxType, "A document.")
	case "create-alert":
		op.MaxBodyBytes, op.RequestBody, op.SkipValidateBody = respond.MaxAlertBody+1, alertBody(), true
		op.Errors = append(op.Errors, http.StatusTooManyRequests)
	}
}
