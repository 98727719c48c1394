create table step (
	organization text not null references organization (id),
	seq          bigint not null,
	number       bigint not null,
	ref          text not null,
	body         text not null,
	made_at      bigint not null,
	made_by      text not null,
	primary key (organization, seq)
);

create index step_number on step (organization, number, seq);

create unique index step_ref on step (organization, ref) where ref <> '';

create table channel (
	id          text primary key,
	kind        text not null,
	name        text not null,
	address     text not null,
	secret      text not null,
	proposed_by text not null,
	proposed_at bigint not null,
	allowed_by  text not null,
	allowed_at  bigint not null,
	dropped_at  bigint not null
);

create table job (
	key          text primary key,
	kind         text not null,
	organization text not null,
	body         text not null,
	due_at       bigint not null,
	attempt      bigint not null,
	queued_at    bigint not null,
	failure      text not null,
	dead_at      bigint not null,
	taken_until  bigint not null,
	taken_by     text not null,
	serial       bigint not null
);

create index job_due on job (kind, dead_at, due_at);
