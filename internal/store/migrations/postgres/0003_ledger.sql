create table ledger (
	one  bigint primary key,
	size bigint not null
);

insert into ledger (one, size) values (1, 0);

create table leaf (
	idx          bigint primary key,
	what         text not null,
	organization text not null,
	id           text not null,
	after        text not null,
	body         text not null
);

create index leaf_about on leaf (what, organization, id, idx);

create index leaf_what on leaf (what, idx);

create index leaf_organization on leaf (what, organization, idx);

create table filed (
	organization text not null references organization (id),
	seq          bigint not null,
	body         text not null,
	ends         bigint not null,
	filed_at     bigint not null,
	filed_by     text not null,
	primary key (organization, seq)
);

create unique index filed_ends on filed (organization, ends) where ends > 0;

create table witness (
	id          text primary key,
	kind        text not null,
	address     text not null,
	proposed_by text not null,
	proposed_at bigint not null,
	allowed_by  text not null,
	allowed_at  bigint not null,
	dropped_at  bigint not null
);
