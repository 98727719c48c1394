package store

import (
	"testing"
	"time"

	"guanji/internal/account"
	"guanji/internal/channel"
	"guanji/internal/ledger"
	"guanji/internal/problem"
	"guanji/internal/respond"
)

func TestChannels(t *testing.T) {
	contract(t, func(t *testing.T, s *Store) {
		proposed := respond.Channel{ID: "c1", Means: channel.Webhook, Name: "值班", Address: "https://hooks.example/a", Secret: "whsec_x", Approval: account.Approval{ProposedBy: "Ann", Proposed: noon}}
		must(t, s.SaveChannel(t.Context(), nil, proposed, ledger.Actor{By: "Ann", At: noon}))
		older := respond.Channel{ID: "c0", Means: channel.Folder, Address: "/mnt/duty", Approval: account.Approval{ProposedBy: "Ann", Proposed: noon.Add(-time.Hour)}}
		must(t, s.SaveChannel(t.Context(), nil, older, ledger.Actor{By: "Ann", At: noon}))
		allowed := proposed
		allowed.AllowedBy, allowed.Allowed = "Bo", noon.Add(time.Hour)
		must(t, s.SaveChannel(t.Context(), &proposed, allowed, ledger.Actor{By: "Bo", At: allowed.Allowed}))
		dropped := proposed
		dropped.Dropped = noon.Add(2 * time.Hour)
		err := s.SaveChannel(t.Context(), &proposed, dropped, ledger.Actor{By: "Cy", At: dropped.Dropped})
		wantKind(t, "dropped as it was before somebody allowed it", err, problem.Conflict)
		all, err := s.Channels(t.Context())
		if err != nil || len(all) != 2 || all[0] != older || all[1] != allowed {
			t.Errorf("channels = %+v, %v", all, err)
		}
		dropped = allowed
		dropped.Dropped = noon.Add(2 * time.Hour)
		must(t, s.SaveChannel(t.Context(), &allowed, dropped, ledger.Actor{By: "Cy", At: dropped.Dropped}))
		err = s.SaveChannel(t.Context(), &allowed, dropped, ledger.Actor{By: "Cy", At: dropped.Dropped})
		wantKind(t, "dropped twice", err, problem.Conflict)
		if all, err = s.Channels(t.Context()); err != nil || all[1].On() || all[1].AllowedBy != "Bo" {
			t.Errorf("channels = %+v, %v", all, err)
		}
		leaves, err := s.About(t.Context(), ledger.Channel, "", "c1")
		if err != nil || len(leaves) != 3 {
			t.Errorf("%d leaves tell of it, %v; want three", len(leaves), err)
		}
		gone := respond.Channel{ID: "c9", Approval: account.Approval{Proposed: noon}}
		wantKind(t, "one that is not there", s.SaveChannel(t.Context(), &gone, gone, ledger.Actor{By: "Ann", At: noon}), problem.Conflict)
	})
}
