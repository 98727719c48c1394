package api

import (
	"bytes"
	"context"
	"fmt"
	"mime"

	"guanji/internal/message"
	"guanji/internal/report"
	"guanji/internal/respond"
)

// docxType is the type of a document for word processors.
const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// docxFile is a document on its way out.
type docxFile struct {
	Type        string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func documentOf(d respond.Document, name string) (*docxFile, error) {
	var b bytes.Buffer
	if err := report.Docx(&b, d); err != nil {
		return nil, err
	}
	return &docxFile{docxType, mime.FormatMediaType("attachment", map[string]string{"filename": name + ".docx"}), b.Bytes()}, nil
}

func (s *server) incidentReport(ctx context.Context, in *struct {
	OfCase
	Lang string `query:"lang" enum:"zh,en" default:"zh" doc:"en: a courtesy copy."`
	Part string `query:"part" enum:"report,closing,notice" default:"report" doc:"The report of the incident with its eight items, the closing report, or the notice to the people whose information is concerned."`
}) (*docxFile, error) {
	if _, err := s.caseOf(ctx, &in.OfCase); err != nil {
		return nil, err
	}
	d, err := s.Respond.Report(ctx, in.Organization, in.Case, respond.Paper(in.Part), message.Lang(in.Lang))
	if err != nil {
		return nil, err
	}
	return documentOf(d, fmt.Sprintf("%s-%d-%s-%s", in.Organization, in.Case, in.Part, in.Lang))
}

func (s *server) responseCard(ctx context.Context, in *OfOrganization) (*docxFile, error) {
	if _, err := s.Standing.State(ctx, in.Organization); err != nil {
		return nil, err
	}
	d, err := s.Respond.Card(ctx, in.Organization)
	if err != nil {
		return nil, err
	}
	return documentOf(d, "guanji-card-"+in.Organization)
}
