package record

import (
	"maps"
	"slices"

	"guanji/internal/ledger"
	"guanji/internal/problem"
)

// record compares one record with the newest leaf about it.
func (e *examination) record(r ledger.Record) error {
	e.report.Records[r.What]++
	e.Progress(OfRecords, e.report.Records[r.What], 0)
	k := recordKey{r.What, r.Organization, r.ID}
	t, known := e.last[k]
	delete(e.last, k)
	switch {
	case !known:
		e.report.add(ofRecord(Added, k, r.About, nil).words("record_added", string(r.What), r.ID, r.Organization, r.About))
	case t.after == "":
		e.report.add(ofRecord(Added, k, r.About, &t.number).words("record_back", string(r.What), r.ID, r.Organization, t.number))
	case t.after != r.Digest:
		e.report.add(ofRecord(Changed, k, r.About, &t.number).words("record", string(r.What), r.ID, r.Organization, r.About, t.number))
	}
	for _, f := range r.Files {
		kept := e.files[f.Digest]
		kept.size, kept.records = f.Size, append(kept.records, r)
		e.files[f.Digest] = kept
	}
	return nil
}

func ofRecord(w Wrong, k recordKey, about string, leaf *int64) Fault {
	return Fault{Wrong: w, Place: InRecord, Name: k.id, What: k.what, Organization: k.organization, About: about, Leaf: leaf}
}

// leftOver says which records were told of and are not there. Keys are kept in
// the home; that a pass has run out is no wrong.
func (e *examination) leftOver() {
	keys := slices.SortedFunc(maps.Keys(e.last), func(a, b recordKey) int { return int(e.last[a].number - e.last[b].number) })
	for _, k := range keys {
		t := e.last[k]
		if t.after == "" || k.what == ledger.Key {
			continue
		}
		e.report.add(ofRecord(Missing, k, "", &t.number).words("no_record", string(k.what), k.id, k.organization, t.number))
	}
}

// readFiles reads every file again.
func (e *examination) readFiles() error {
	var done, total int64
	for _, f := range e.files {
		total += f.size
	}
	for _, digest := range slices.Sorted(maps.Keys(e.files)) {
		f := e.files[digest]
		r := f.records[0]
		fault := Fault{Place: InFile, Name: digest, What: r.What, Organization: r.Organization, About: r.About}
		err := e.objects.Check(e.ctx, digest, f.size)
		switch problem.KindOf(err) {
		case "":
		case problem.NotFound:
			fault.Wrong = Missing
			e.report.add(fault.words("no_file", digest, r.ID, r.Organization))
		case problem.Conflict:
			fault.Wrong = Changed
			e.report.add(fault.words("file", digest, r.ID, r.Organization))
		default:
			return err
		}
		done += f.size
		e.report.Files, e.report.Bytes = e.report.Files+1, done
		e.Progress(OfFiles, done, total)
	}
	return nil
}
