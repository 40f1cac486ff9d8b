#!/usr/bin/perl
# SPDX-License-Identifier: BSD-2-Clause
#
# address_forms.pl recipients|senders|nulls N REFUSAL LOCAL DOMAIN...: writes an address in N
# generated forms, offers each to the MTA on port 25, and sends mail with those that it takes. Prints
# a line for each form: what was said (taken; refused: by Millgate, whose text has REFUSAL; mta: by
# the MTA), the number of the message, and the form.
#
# address_forms.pl delivered FILE...: prints a line for each delivered message: its number, for whom
# and from whom it is, both in lower case and without quotes.
use strict;
use warnings;
use IO::Socket::INET;
use List::Util qw(uniq);

my ($kind, $count, $refusal, $local, @names) = @ARGV;
my @own = ('mx.example.test', 'example.test', 'example.net', '[192.0.2.25]', '[127.0.0.1]',
	'localhost');

# ---- Forms -------------------------------------------------------------------------

# Each list begins with what everyday mail has.
sub locals {
	my ($head, $tail) = $local =~ /^(..)(.*)/;
	return ($local, uc $local, qq("$local"), qq("$head"$tail), "$head\\$tail", "\\$local",
		qq("$head\\$tail"), "$local(c)", "(c)$local", "$local ");
}

sub domains {
	my @all;
	for my $name (@names) {
		my ($head, $tail) = split /\./, $name;
		push @all, $name, uc $name, "$name.", qq("$name"), "$head.(c)$tail", "(c)$name",
			"$name(c)", "$head\\.$tail", " $name", "$head .$tail", qq(""$name), "$name,",
			"$name;";
	}
	return @all;
}

# How a local part and a domain become an address, by way of a host of the MTA's own.
my @joins = (
	sub { "$_[0]\@$_[1]" },
	sub { "$_[0]%$_[1]" },
	sub { "$_[1]!$_[0]" },
	sub { "$_[0]%$_[1]\@$_[2]" },
	sub { "$_[1]!$_[0]\@$_[2]" },
	sub { qq("$_[0]\@$_[1]"\@$_[2]) },
	sub { qq("$_[0]\@$_[1]") },
	sub { "$_[0]\\\@$_[1]" },
	sub { qq("$_[0]\\\@$_[1]"\@$_[2]) },
	sub { "\@$_[2]:$_[0]\@$_[1]" },
	sub { "\@a.example,\@$_[2]:$_[0]\@$_[1]" },
	sub { "$_[0]\@$_[1]\@$_[2]" },
	sub { qq("$_[1]!$_[0]"\@$_[2]) },
	sub { qq("$_[0]%$_[1]"\@$_[2]) },
	sub { "$_[0]%$_[1]%$_[2]" },
	sub { "$_[2]!$_[1]!$_[0]" },
	sub { "$_[0]%$_[2]\@$_[1]" },
	sub { $_[0] },
	sub { "$_[0]\@" },
	sub { "<$_[0]>\@$_[1]" },
	sub { "$_[0]\@$_[1]\@" },
);

my @wraps = ('<%s>', '%s', '<<%s>>', 'x<%s>', '"x"<%s>', '(c)<%s>', '<%s>(c)', '<%s>x', '<x<%s>>',
	'< %s >', '<%s;>', '<%s,>', '<g:%s;>', '<(c)%s>', '<"x" <%s>>', '<;%s>', '<"<%s>">', '<:%s>');

my @nothing = ('', ' ', '""', '()', '(c)', '(<>)', ' "" ', '""""', '"",', ';', ',', 'g:;', 'g: ;',
	':;', 'MAILER-DAEMON', '"MAILER-DAEMON"', 'mailer-daemon(c)', 'MAILER\\-DAEMON',
	'MAILER-DAEMON@example.test', 'example.test!mailer-daemon', 'mailer-daemon%example.test',
	'@example.test:', '@example.test:MAILER-DAEMON', '<>', '" "', '\\ ', '.');

# All that differ from everyday mail in one or two things, and others by chance: the same each time,
# unless E2E_FORMS_SEED is another number.
sub forms {
	my @all;
	if ($kind eq 'nulls') {
		for my $wrap (@wraps) {
			push @all, sprintf $wrap, $_ for @nothing;
		}
		return uniq @all;
	}
	my @locals = locals();
	my @domains = domains();
	for my $join (@joins) {
		push @all, sprintf '<%s>', $join->($_, $domains[0], $own[0]) for @locals;
		push @all, sprintf '<%s>', $join->($local, $_, $own[0]) for @domains;
		push @all, sprintf '<%s>', $join->($local, $domains[0], $_) for @own;
		push @all, sprintf $_, $join->($local, $domains[0], $own[0]) for @wraps;
	}
	srand($ENV{E2E_FORMS_SEED} || 1);
	my $pick = sub { $_[rand @_] };
	while (@all < 2 * $count) {
		push @all, sprintf $pick->(@wraps),
			$pick->(@joins)->($pick->(@locals), $pick->(@domains), $pick->(@own));
	}
	@all = uniq @all;
	return @all > $count ? @all[0 .. $count - 1] : @all;
}

# ---- SMTP --------------------------------------------------------------------------

my ($smtp, $commands);

sub reply {
	my $text = '';
	while (my $line = <$smtp>) {
		$text .= $line;
		return $text =~ s/\r?\n/ /gr if $line =~ /^\d{3} /;
	}
	die "the MTA has closed the connection\n";
}

sub command {
	print $smtp "$_[0]\r\n";
	return reply();
}

# MTAs send a client away who makes many mistakes.
sub connected {
	return if $smtp && $commands++ < 200;
	close $smtp if $smtp;
	$smtp = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => 25) or die "port 25: $!\n";
	$smtp->autoflush(1);
	$commands = 0;
	reply();
	command('EHLO client1.example.test');
}

sub said {
	my ($reply) = @_;
	return 'taken' if $reply =~ /^2/;
	return index($reply, $refusal) >= 0 ? 'refused' : 'mta';
}

sub message {
	my ($number) = @_;
	return if command('DATA') !~ /^354/;
	command("Subject: $number\r\n\r\nText.\r\n.");
}

# Recipients: many forms in a message. To see which of them a failure is about: E2E_FORMS_BATCH=1.
my $batch = $ENV{E2E_FORMS_BATCH} || 10;

sub recipients {
	my @forms = @_;
	for (my $number = 1; @forms; $number++) {
		my $taken = 0;
		connected();
		$commands += $batch;
		command('MAIL FROM:<sender@example.org>');
		for my $form (splice @forms, 0, $batch) {
			my $said = said(command("RCPT TO:$form"));
			$taken++ if $said eq 'taken';
			print "$said $number $form\n";
		}
		message($number) if $taken;
		command('RSET');
	}
}

# Senders: a message each.
sub senders {
	my $number = 0;
	for my $form (@_) {
		connected();
		$number++;
		my $said = said(command("MAIL FROM:$form"));
		$said = said(command('RCPT TO:<user@example.test>')) if $said eq 'taken';
		message($number) if $said eq 'taken';
		print "$said $number $form\n";
		command('RSET');
	}
}

# ---- What is delivered ------------------------------------------------------------------

# The mailbox of "a"@b.example is that of a@b.example.
sub bare {
	return lc $_[0] =~ s/^\s*<?|>?\s*$//gr =~ s/["\\]//gr;
}

sub delivered {
	for my $file (@_) {
		my %field;
		open my $in, '<', $file or die "$file: $!\n";
		while (my $line = <$in>) {
			last if $line =~ /^\r?$/;
			$field{lc $1} //= bare($2) if $line =~ /^(\S+?):(.*)/;
		}
		print join("\t", map { $field{$_} // '' } 'subject', 'delivered-to', 'return-path'), "\n";
	}
}

if ($kind eq 'delivered') {
	delivered(@ARGV[1 .. $#ARGV]);
} elsif ($kind eq 'recipients') {
	recipients(forms());
} else {
	senders(forms());
}
