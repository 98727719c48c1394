package record

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// record compares one record with the newest leaf about it.
func (e *examination) record(r ledger.Record) error {
	e.report.Records[r.What]++
	e.Progress(OfRecords, e.report.Records[r.What], 0)
	if r.Digest == "" {
		e.report.add(Fault{Wrong: Damaged, Place: InRecord, Name: r.ID, What: r.What}.words("bad_record", kindOf(r.What)))
		return nil
	}
	k := recordKey{r.What, r.Organization, r.ID}
	t, known := e.last[k]
	delete(e.last, k)
	switch f := ofRecord(Changed, k, r.About, t); {
	case !known:
		f.Wrong, f.Leaf = Added, nil
		e.report.add(f.words("record_added", named(r.What, r.ID, r.Organization), r.About))
	case t.after == "":
		f.Wrong = Added
		e.report.add(f.words("record_back", named(r.What, r.ID, r.Organization), t.number))
	case t.after != r.Digest:
		e.report.add(f.words("record", named(r.What, r.ID, r.Organization), r.About, t.number))
	}
	e.count(r)
	for _, f := range r.Files {
		e.files[f.Digest] = file{f.Size, r}
	}
	return nil
}

func ofRecord(w Wrong, k recordKey, about string, t told) Fault {
	return Fault{Wrong: w, Place: InRecord, Name: k.id, What: k.what, Organization: k.organization, About: about, Leaf: &t.number, By: t.by}
}

// count remembers the newest statement about each organization.
func (e *examination) count(r ledger.Record) {
	if r.What != ledger.Entry {
		return
	}
	if n, err := strconv.ParseInt(r.ID, 10, 64); err == nil {
		e.entries[r.Organization] = max(e.entries[r.Organization], n)
	}
}

// organization compares how many statements an organization is said to have
// with the number of the newest: later ones would not be seen.
func (e *examination) organization(id string, statements int64) error {
	if n := e.entries[id]; n != statements {
		e.report.add(Fault{Wrong: Changed, Place: InDatabase, Name: id, Organization: id}.words("revision", id, statements, n))
	}
	delete(e.entries, id)
	return nil
}

// leftOver says which records were told of and are not there, and which
// organizations have statements and are not there. Keys are kept in the home.
func (e *examination) leftOver() {
	keys := slices.SortedFunc(maps.Keys(e.last), func(a, b recordKey) int { return cmp.Compare(e.last[a].number, e.last[b].number) })
	for _, k := range keys {
		t := e.last[k]
		if t.after == "" || k.what == ledger.Key {
			continue
		}
		e.report.add(ofRecord(Missing, k, t.about, t).words("no_record", named(k.what, k.id, k.organization), t.number))
	}
	for _, id := range slices.Sorted(maps.Keys(e.entries)) {
		e.report.add(Fault{Wrong: Missing, Place: InDatabase, Name: id, Organization: id}.words("no_organization", id))
	}
}

// readFiles reads every file that a record names again, and tells of the others.
func (e *examination) readFiles() error {
	var done, total int64
	for _, f := range e.files {
		total += f.size
	}
	for _, digest := range slices.Sorted(maps.Keys(e.files)) {
		if err := e.readFile(digest, e.files[digest]); err != nil {
			return err
		}
		done += e.files[digest].size
		e.report.Files, e.report.Bytes = e.report.Files+1, done
		e.Progress(OfFiles, done, total)
	}
	e.compareFiles()
	return nil
}

func (e *examination) readFile(digest string, f file) error {
	fault := Fault{Place: InFile, Name: digest, What: f.record.What, Organization: f.record.Organization, About: f.record.About}
	err := e.objects.Check(e.ctx, digest, f.size)
	switch problem.KindOf(err) {
	case "":
	case problem.NotFound, problem.Input: // a digest that is none has no file
		fault.Wrong = Missing
		e.report.add(fault.words("no_file", digest, f.record.ID, f.record.Organization))
	case problem.Conflict:
		fault.Wrong = Changed
		e.report.add(fault.words("file", digest, f.record.ID, f.record.Organization))
	default:
		return err
	}
	return nil
}
