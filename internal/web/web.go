// Package web serves the pages: server-rendered HTML in both languages, with
// htmx for partial updates and ECharts for charts, all embedded. Every page
// works without a script; scripts save round trips.
//
// A handler asks a use case, makes a typed page of the answer, worded in the
// reader's language, and renders it into memory before anything is sent.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"guanji/internal/access"
	"guanji/internal/account"
	"guanji/internal/filing"
	"guanji/internal/job"
	"guanji/internal/org"
	"guanji/internal/position"
	"guanji/internal/record"
	"guanji/internal/regime"
	"guanji/internal/respond"
	"guanji/internal/standing"
)

// Config holds what the pages need. Every field is required.
type Config struct {
	Access   *access.Service
	Standing *standing.Service
	Filing   *filing.Service
	Position *position.Service
	Record   *record.Service
	Respond  *respond.Service
	Jobs     Jobs
	Jumped   func() (by time.Duration, at time.Time) // the clock of this machine, last; the zero time for never
	Set      *regime.Set
	Log      *slog.Logger
	Now      func() time.Time
	Base     string          // address by which readers come, "" where a certificate serves several
	Secure   bool            // readers come by https: cookies are for https only
	Proxied  bool            // a proxy stands in front, and tells the address of readers
	Stopping <-chan struct{} // closed when the server ends
}

// Jobs is the queue of the background work, as people look at it.
type Jobs interface {
	// Jobs returns what is queued or was given up, what needs a person first,
	// at most so many; and how many there are of both.
	Jobs(ctx context.Context, most int) (jobs []job.Job, waiting, dead int64, err error)

	// Retry makes a job due now. It fails with [problem.NotFound].
	Retry(ctx context.Context, key string, now time.Time) error

	// DropJob takes a job out that was given up. It fails with
	// [problem.NotFound] for any other.
	DropJob(ctx context.Context, key string) error
}

type server struct {
	Config
	pages        map[string]pageTemplate
	assets       map[string]asset
	positions    *positions
	verification *verification
}

// The most that is read of a request, in bytes.
const (
	maxForm   = 1 << 20
	maxImport = 12 << 20 // an organization file has at most 8 MiB
)

// New returns the handler of every page.
func New(c Config) (http.Handler, error) {
	s := &server{Config: c, positions: &positions{}, verification: &verification{}}
	var err error
	if s.assets, err = readAssets(); err != nil {
		return nil, err
	}
	if s.pages, err = parsePages(s.asset); err != nil {
		return nil, err
	}
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(s.open(func(q *request) error { return s.crossOrigin(q) }))
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1400), gzhttp.CompressionLevel(gzipLevel))
	if err != nil {
		return nil, err
	}
	return compress(headers(c.Secure, s.recovered(sameOrigin.Handler(s.routes())))), nil
}

// gzipLevel trades size for time: pages are made anew for every reader.
const gzipLevel = 5

// routes is the map of the site.
func (s *server) routes() *http.ServeMux {
	m := http.NewServeMux()
	read, write, administer := account.Read, account.Write, account.Administer

	m.HandleFunc("GET /assets/{name}", s.serveAsset)
	m.HandleFunc("GET /{$}", s.signed(read, s.home))
	m.HandleFunc("/", s.open(s.noPage))
	m.HandleFunc("POST /language", s.open(s.saveLanguage))

	m.HandleFunc("GET /sign-in", s.open(s.signInForm))
	m.HandleFunc("POST /sign-in", s.open(s.signIn))
	m.HandleFunc("POST /sign-out", s.open(s.signOut))
	m.HandleFunc("GET /link/{secret}", s.open(s.linkForm))
	m.HandleFunc("POST /link/{secret}", s.open(s.followLink))

	m.HandleFunc("GET /c/{code}", s.signed(read, s.byCode))
	m.HandleFunc("GET /organizations", s.signed(read, s.organizations))
	m.HandleFunc("POST /organizations", s.signed(write, s.createOrganization))
	m.HandleFunc("POST /organizations/import", s.signed(write, s.importOrganization))

	m.HandleFunc("GET /o/{org}", s.about(read, s.overview))
	m.HandleFunc("GET /o/{org}/questions", s.about(read, s.questions))
	m.HandleFunc("GET /o/{org}/facts/{about}/{subject}/{fact}", s.about(read, s.fact))
	m.HandleFunc("POST /o/{org}/facts/{about}/{subject}/{fact}", s.about(write, s.saveFact))
	m.HandleFunc("GET /o/{org}/standing", s.about(read, s.standing))
	m.HandleFunc("GET /o/{org}/what-if", s.about(read, s.whatIf))
	m.HandleFunc("POST /o/{org}/what-if", s.about(read, s.tryWhatIf))
	m.HandleFunc("GET /o/{org}/what-if/{trial}", s.about(read, s.trial))
	m.HandleFunc("POST /o/{org}/what-if/{trial}/drop", s.about(read, s.dropTrial))
	m.HandleFunc("GET /o/{org}/duties", s.about(read, s.duties))
	m.HandleFunc("GET /o/{org}/duties.csv", s.about(read, s.dutiesFile))
	m.HandleFunc("GET /o/{org}/duties/{duty}", s.about(read, s.duty))
	m.HandleFunc("GET /o/{org}/position", s.about(read, s.position))
	m.HandleFunc("GET /o/{org}/position.csv", s.about(read, s.positionFile))
	m.HandleFunc("GET /o/{org}/position/leniency", s.about(read, s.leniency))
	m.HandleFunc("GET /o/{org}/tasks", s.about(read, s.tasks))
	m.HandleFunc("GET /o/{org}/tasks.ics", s.about(read, s.tasksFile))
	m.HandleFunc("POST /o/{org}/tasks/assign", s.about(write, s.assign))
	m.HandleFunc("GET /o/{org}/evidence", s.about(read, s.evidence))
	m.HandleFunc("GET /o/{org}/evidence.csv", s.about(read, s.evidenceFile))
	m.HandleFunc("GET /o/{org}/evidence/new", s.about(write, s.newEvidence))
	m.HandleFunc("POST /o/{org}/evidence", s.streamed(write, s.fileEvidence))
	m.HandleFunc("GET /o/{org}/evidence/{seq}", s.about(read, s.filed))
	m.HandleFunc("GET /o/{org}/evidence/{seq}/files/{n}", s.about(read, s.evidenceDownload))
	m.HandleFunc("POST /o/{org}/evidence/{seq}/end", s.about(write, s.endFiled))
	m.HandleFunc("GET /o/{org}/plans/new", s.about(write, s.newPlan))
	m.HandleFunc("POST /o/{org}/plans/new", s.about(write, s.filePlan))
	m.HandleFunc("GET /o/{org}/events/new", s.about(write, s.newEvent))
	m.HandleFunc("POST /o/{org}/events/new", s.about(write, s.fileEvent))
	m.HandleFunc("OPTIONS /o/{org}/uploads", s.uploading(read, s.uploadOptions))
	m.HandleFunc("POST /o/{org}/uploads", s.uploading(write, s.resumable(s.beginUpload)))
	m.HandleFunc("HEAD /o/{org}/uploads/{id}", s.uploading(write, s.resumable(s.uploadOffset)))
	m.HandleFunc("PATCH /o/{org}/uploads/{id}", s.uploading(write, s.resumable(s.continueUpload)))
	m.HandleFunc("DELETE /o/{org}/uploads/{id}", s.uploading(write, s.resumable(s.dropUpload)))
	m.HandleFunc("POST /o/{org}/uploads/{id}/finish", s.uploading(write, s.finishUpload))
	m.HandleFunc("POST /o/{org}/uploads/{id}/drop", s.about(write, s.giveUpUpload))
	m.HandleFunc("GET /o/{org}/incidents", s.about(read, s.incidents))
	m.HandleFunc("GET /o/{org}/incidents/new", s.about(write, s.newCase))
	m.HandleFunc("POST /o/{org}/incidents/new", s.streamed(write, s.openCase))
	m.HandleFunc("POST /o/{org}/incidents/dismiss", s.about(write, s.dismissAlerts))
	m.HandleFunc("GET /o/{org}/incidents/{n}", s.about(read, s.showCase))
	m.HandleFunc("POST /o/{org}/incidents/{n}/steps/{kind}", s.streamed(write, s.addStep))
	m.HandleFunc("GET /o/{org}/incidents/{n}/steps/{seq}/files/{i}", s.about(read, s.stepDownload))
	m.HandleFunc("GET /o/{org}/incidents/{n}/report", s.about(read, s.caseReport))
	m.HandleFunc("GET /o/{org}/incidents/{n}/report.docx", s.about(read, s.caseDocument))
	m.HandleFunc("GET /o/{org}/incidents/{n}/replay", s.about(read, s.replayCase))
	s.respondSettings(m)
	m.HandleFunc("GET /o/{org}/memo", s.about(read, s.memo))
	m.HandleFunc("GET /o/{org}/history", s.about(read, s.history))

	m.HandleFunc("GET /o/{org}/file", s.about(read, s.exportFile))
	m.HandleFunc("POST /o/{org}/file", s.about(write, s.importFile))
	m.HandleFunc("POST /o/{org}/name", s.about(write, s.saveName))
	m.HandleFunc("POST /o/{org}/notices", s.about(write, s.addNotice))
	m.HandleFunc("POST /o/{org}/notices/{id}", s.about(write, s.saveNotice))
	m.HandleFunc("POST /o/{org}/notices/{id}/remove", s.about(write, s.removeNotice))
	for path, u := range map[string]units{"systems": {s, org.AboutSystem}, "transfers": {s, org.AboutTransfer}} {
		m.HandleFunc("GET /o/{org}/"+path, s.about(read, u.list))
		m.HandleFunc("POST /o/{org}/"+path, s.about(write, u.add))
		m.HandleFunc("GET /o/{org}/"+path+"/{id}", s.about(read, u.show))
		m.HandleFunc("POST /o/{org}/"+path+"/{id}", s.about(write, u.rename))
		m.HandleFunc("POST /o/{org}/"+path+"/{id}/remove", s.about(write, u.remove))
	}

	m.HandleFunc("GET /law", s.signed(read, s.law))
	m.HandleFunc("GET /law/changes", s.signed(read, s.lawChanges))
	m.HandleFunc("GET /law/instruments/{id}", s.signed(read, s.instrument))
	m.HandleFunc("GET /law/provisions/{id}", s.signed(read, s.provision))

	m.HandleFunc("GET /ledger", s.signed(read, s.ledger))
	m.HandleFunc("GET /ledger/key", s.signed(read, s.keyFile))
	m.HandleFunc("GET /ledger/checkpoints/{size}", s.signed(read, s.checkpointFile))
	m.HandleFunc("POST /ledger/verify", s.signed(read, s.verify))
	m.HandleFunc("GET /ledger/verification", s.signed(read, s.showVerification))
	m.HandleFunc("GET /ledger/leaves", s.signed(read, s.leaves))
	m.HandleFunc("GET /ledger/leaves/{n}", s.signed(read, s.leaf))
	m.HandleFunc("GET /ledger/leaves/{n}/proof.json", s.signed(read, s.proofFile))
	m.HandleFunc("GET /ledger/witnesses", s.signed(read, s.witnesses))
	m.HandleFunc("POST /ledger/witnesses", s.signed(administer, s.proposeWitness))
	m.HandleFunc("POST /ledger/witnesses/{id}/allow", s.signed(administer, s.allowWitness))
	m.HandleFunc("POST /ledger/witnesses/{id}/drop", s.signed(administer, s.dropWitness))
	m.HandleFunc("GET /ledger/witnesses/{id}/receipts/{size}", s.signed(read, s.receiptFile))

	m.HandleFunc("GET /settings", s.signed(read, s.settings))
	m.HandleFunc("POST /settings/password", s.signed(read, s.savePassword))
	m.HandleFunc("POST /settings/sessions/{digest}/end", s.signed(read, s.endSession))
	m.HandleFunc("POST /settings/tokens", s.signed(read, s.addToken))
	m.HandleFunc("POST /settings/tokens/{digest}/end", s.signed(read, s.endToken))
	m.HandleFunc("GET /settings/accounts", s.signed(administer, s.accounts))
	m.HandleFunc("POST /settings/accounts", s.signed(administer, s.addAccount))
	m.HandleFunc("POST /settings/accounts/{id}", s.signed(administer, s.saveAccount))
	m.HandleFunc("POST /settings/accounts/{id}/link", s.signed(administer, s.newLink))
	return m
}
