#!/usr/bin/env python3
"""A vendor's day through the generated client alone. See run.

Every step asserts what came back: the status that the document promises, the model that the generator made of it, and
what the steps before must have led to. What is typed nowhere else is read from the answer, never known beforehand.
"""

import io
import json
import os
import sys
import time

from leadline_client import AuthenticatedClient
from leadline_client.api.answers import (
    accept_lead, change_stage, decline_lead, record_first_response, win_deal)
from leadline_client.api.audit import get_checkpoint, get_log_key, prove_entry
from leadline_client.api.decisions import follow_decisions, list_decisions
from leadline_client.api.jobs import get_job, get_job_result
from leadline_client.api.leads import (
    explain_lead, get_lead, get_lead_contact, list_leads, submit_lead, submit_leads)
from leadline_client.api.policy import get_policy, publish_policy, validate_policy
from leadline_client.api.reports import get_channel_report
from leadline_client.api.reviews import decide_review, list_reviews, request_review
from leadline_client.api.rights import erase_people, make_dossier
from leadline_client.api.service import get_grant
from leadline_client.models import (
    Contact, DealStageChangedRequest, DealWonRequest, ErasePeopleBody, FirstResponseRecordedRequest,
    LeadAcceptedRequest, LeadDeclinedRequest, LeadSubmission, MakeDossierBody, Money, Policy, Problem, RefusalReason,
    ReviewRequestedRequest, Submitted)
from leadline_client.types import UNSET, File

WAIT = "wait=20"
ADDRESS = "kim.ferraris@officine-brenta.example"
BULK = 12
steps = 0


def step(what):
    global steps
    steps += 1
    print(f"{steps:2} {what}", flush=True)


def answered(response, *statuses):
    """What a success brought, as the generator's own model of it."""
    assert response.status_code in statuses, (response.status_code, response.content)
    assert response.parsed is not None and not isinstance(response.parsed, Problem), response.content
    return response.parsed


def refused(response, status):
    """What a refusal said."""
    assert response.status_code == status, (response.status_code, response.content)
    assert isinstance(response.parsed, Problem) and response.parsed.status == status, response.content
    return response.parsed


class Day:
    def __init__(self, address, folder):
        self.address, self.folder = address, folder
        self.admin, self.manager = self.client("ADMIN"), self.client("MANAGER")
        self.producer, self.auditor = self.client("PRODUCER"), self.client("AUDITOR")
        self.partners = {
            "alpi-automazione": self.client("PARTNER_ALPI"), "rhein-systeme": self.client("PARTNER_RHEIN")}

    def client(self, name):
        return AuthenticatedClient(
            base_url=self.address, token=os.environ[f"LEADLINE_KEY_{name}"], timeout=60,
            raise_on_unexpected_status=True)

    def decided(self, response):
        """A change that was waited for: its answer, with the decisions as the key may see them."""
        answer = answered(response, 200)
        assert isinstance(answer, Submitted) and answer.status.value == "decided", answer
        return answer

    def lead(self, client, lead):
        return answered(get_lead.sync_detailed(lead, client=client), 200).lead

    def play(self):
        self.know_who_asks()
        self.submit()
        self.submit_in_bulk()
        self.answer()
        self.look_at_the_report()
        self.review()
        self.change_the_policy()
        self.make_a_dossier()
        self.audit()
        self.erase()

    def know_who_asks(self):
        step("every key knows its role and program")
        for client, role in [(self.admin, "admin"), (self.manager, "manager"), (self.producer, "producer"),
                             (self.auditor, "auditor"), *((one, "partner-lead") for one in self.partners.values())]:
            grant = answered(get_grant.sync_detailed(client=client), 200)
            assert (grant.role.value, grant.program) == (role, "conformance"), grant

    def submit(self):
        step("a form submits a lead and waits for the decision")
        body = LeadSubmission(
            lead_id="web-1", country="CH", language="en", vertical="manufacturing", product="line-control",
            deal_value=Money(currency="EUR", minor_units="6000000"), contact=Contact(
                email=ADDRESS, given_name="Kim", family_name="Ferraris"))
        first = self.decided(submit_lead.sync_detailed(
            client=self.producer, body=body, idempotency_key="form-1", prefer=WAIT))
        assert first.lead == "web-1" and first.repeated is False, first
        assert first.position is UNSET, "a producer is not told positions"
        assert self.lead(self.producer, "web-1").partner is UNSET, "a producer is not told the partner"

        step("the same again changes nothing; other content under the same key is refused")
        again = self.decided(submit_lead.sync_detailed(
            client=self.producer, body=body, idempotency_key="form-1", prefer=WAIT))
        assert again.repeated is True and again.event == first.event, again
        other = LeadSubmission(lead_id="web-1", country="CH", language="de")
        refused(submit_lead.sync_detailed(client=self.producer, body=other, idempotency_key="form-1"), 422)
        wrong = refused(submit_lead.sync_detailed(client=self.producer, body=LeadSubmission(country="Italy")), 422)
        assert wrong.field == "country", wrong

    def submit_in_bulk(self):
        step(f"{BULK} leads by the line, one of them wrong; the feed tells of the others' decisions")
        lines = [{"leadId": f"bulk-{number}", "country": "CH", "language": "en", "product": "line-control",
                  "contact": {"email": f"p{number}@bulk.example"}} for number in range(BULK)]
        lines[3]["country"] = "Switzerland"
        text = "".join(json.dumps(line) + "\n" for line in lines).encode()
        begin = answered(list_decisions.sync_detailed(client=self.manager, limit=200), 200)
        assert begin.end, "all decisions so far fit on a page"
        answer, again = [submit_leads.sync_detailed(
            client=self.producer, body=File(payload=io.BytesIO(text)), idempotency_key="bulk-1") for _ in range(2)]
        assert answer.status_code == again.status_code == 200, (answer.content, again.content)
        results, repeats = [[json.loads(line) for line in one.content.splitlines()] for one in (answer, again)]
        assert repeats == [{**one, "repeated": True} if one["status"] == "accepted" else one for one in results], repeats
        assert [result["line"] for result in results] == list(range(1, BULK + 1)), results
        assert [result["status"] for result in results].count("accepted") == BULK - 1, results
        assert results[3]["status"] == "refused" and results[3]["field"] == "country", results[3]

        told = self.follow(begin.next_, {f"bulk-{number}" for number in range(BULK)} - {"bulk-3"})
        pages, after = [], begin.next_
        while True:
            page = answered(list_decisions.sync_detailed(client=self.manager, after=after, limit=5), 200)
            pages += [decision.id for decision in page.decisions]
            after = page.next_
            if page.end:
                break
        assert pages[:len(told)] == told, "feed and list tell the same, in the same order"
        assert len(told) == BULK - 1, ("the same lines again decide nothing", told)
        problem = refused(get_lead.sync_detailed("bulk-3", client=self.producer), 404)
        assert problem.field is UNSET, problem
        leads = answered(list_leads.sync_detailed(client=self.producer, limit=200), 200).leads
        assert {lead.lead for lead in leads} == {"web-1"} | {f"bulk-{n}" for n in range(BULK) if n != 3}, leads

    def follow(self, after, leads):
        """Reads the feed until each of the leads was decided; ids of what it told, in order."""
        asked = follow_decisions._get_kwargs(after=after)
        told, missing, current = [], set(leads), None
        with self.manager.get_httpx_client().stream(**asked) as stream:
            assert stream.status_code == 200 and stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    current = value
                elif name == "data":
                    decision = json.loads(value)
                    assert decision["id"] == current, "an event's id is its decision's"
                    told.append(current)
                    missing.discard(decision["data"]["leadId"])
                    if not missing:
                        return told
        raise AssertionError(f"the feed ended without {missing}")

    def answer(self):
        step("the partner sees names and addresses once it accepted")
        holder = self.lead(self.manager, "web-1").partner
        client = self.partners[holder]
        other = next(one for name, one in self.partners.items() if name != holder)
        refused(get_lead_contact.sync_detailed("web-1", client=client), 409)
        foreign = refused(accept_lead.sync_detailed("web-1", client=other, body=LeadAcceptedRequest()), 404)
        missing = refused(accept_lead.sync_detailed("none", client=other, body=LeadAcceptedRequest()), 404)
        assert foreign == missing, "another's lead and none get one answer"
        self.decided(accept_lead.sync_detailed("web-1", client=client, body=LeadAcceptedRequest(), prefer=WAIT))
        contact = answered(get_lead_contact.sync_detailed("web-1", client=client), 200)
        assert ADDRESS in json.dumps(contact.fields.to_dict()), contact

        step("it responds, moves the deal and wins it")
        self.decided(record_first_response.sync_detailed(
            "web-1", client=client, body=FirstResponseRecordedRequest(channel="phone"), prefer=WAIT))
        self.decided(change_stage.sync_detailed(
            "web-1", client=client, body=DealStageChangedRequest(stage="offer"), prefer=WAIT))
        self.decided(win_deal.sync_detailed(
            "web-1", client=client, body=DealWonRequest(amount=Money(currency="EUR", minor_units="7000000")),
            prefer=WAIT))
        assert self.lead(self.manager, "web-1").status == "won"

        step("a partner declines, and the other gets the lead")
        holder = self.lead(self.manager, "bulk-0").partner
        self.decided(decline_lead.sync_detailed(
            "bulk-0", client=self.partners[holder], prefer=WAIT,
            body=LeadDeclinedRequest(reason=RefusalReason.REFUSAL_REASON_NO_CAPACITY)))
        moved = self.lead(self.manager, "bulk-0")
        assert moved.partner in set(self.partners) - {holder} and moved.attempt == 2, moved
        refused(get_lead_contact.sync_detailed("bulk-0", client=self.partners[holder]), 404)
        self.winner = self.lead(self.manager, "web-1").partner

    def look_at_the_report(self):
        step("the manager sees it in the channel's report and in an explanation")
        report = answered(get_channel_report.sync_detailed(client=self.manager), 200).to_dict()
        rows = {row["partner"]: row["whole"] for row in report["partners"]}
        assert rows[self.winner]["won"] == 1 and rows[self.winner]["revenueMinorUnits"] == 7_000_000, rows[self.winner]
        assert sum(row["declined"] for row in rows.values()) == 1, rows
        explanation = answered(explain_lead.sync_detailed("web-1", client=self.manager), 200).to_dict()
        assert explanation["decision"]["attempt"] == 1, explanation
        refused(get_channel_report.sync_detailed(client=self.producer), 403)

    def review(self):
        step("a partner asks for a review; the manager decides it")
        holder = self.lead(self.manager, "bulk-1").partner
        other = next(name for name in self.partners if name != holder)
        self.decided(request_review.sync_detailed(
            "bulk-1", client=self.partners[holder], body=ReviewRequestedRequest(note="Please look."), prefer=WAIT))
        reviews = answered(list_reviews.sync_detailed(client=self.manager), 200).reviews
        assert [review.lead for review in reviews] == ["bulk-1"], reviews
        self.decided(decide_review.sync_detailed(
            "bulk-1", client=self.manager, body={"assignToPartnerId": other}, prefer=WAIT))
        assert answered(list_reviews.sync_detailed(client=self.manager), 200).reviews == []
        assert self.lead(self.manager, "bulk-1").partner == other

    def change_the_policy(self):
        step("a policy is read, changed, validated and published")
        before = answered(get_policy.sync_detailed(client=self.manager), 200)
        whole = before.policy.to_dict()
        policy = Policy.from_dict(whole)
        unchanged = answered(validate_policy.sync_detailed(client=self.manager, body=policy), 200)
        assert unchanged.unchanged and not unchanged.differences, (
            "what was read is not what is sent back", sorted(whole)[:4], unchanged.differences[:3])
        policy.attempts_max = 5
        change = answered(validate_policy.sync_detailed(client=self.manager, body=policy), 200)
        assert not change.unchanged and not change.published and len(change.differences) == 1, change
        assert answered(get_policy.sync_detailed(client=self.manager), 200).version == before.version
        self.decided(publish_policy.sync_detailed(
            client=self.manager, body=policy, idempotency_key="policy-2", prefer=WAIT))
        assert answered(get_policy.sync_detailed(client=self.manager), 200).version == change.version

    def make_a_dossier(self):
        step("a dossier of the person is made")
        job = answered(make_dossier.sync_detailed(
            client=self.admin, body=MakeDossierBody(subject=ADDRESS, reason="case 1")), 202)
        deadline = time.monotonic() + 120
        while job.status.value not in ("done", "failed", "cancelled"):
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
            job = answered(get_job.sync_detailed(job.job, client=self.admin), 200)
        assert job.status.value == "done", job
        refused(get_job.sync_detailed(job.job, client=self.manager), 404)
        result = answered(get_job_result.sync_detailed(job.job, client=self.admin, leadline_reason="case 1"), 200)
        assert [lead["lead"] for lead in result.to_dict()["leads"]] == ["web-1"], result
        self.dossier = job.job

    def audit(self):
        step("the auditor takes a checkpoint and a proof")
        proof = answered(prove_entry.sync_detailed(8, client=self.auditor), 200)
        assert proof.startswith("c2sp.org/tlog-proof@v1\nindex 8\n"), proof
        checkpoint = answered(get_checkpoint.sync_detailed(client=self.auditor), 200)
        key = answered(get_log_key.sync_detailed(client=self.auditor), 200)
        assert checkpoint.verifier_key == key.verifier_key and checkpoint.size > 8, checkpoint
        assert checkpoint.note.split("\n")[1] == str(checkpoint.size), checkpoint
        refused(get_checkpoint.sync_detailed(client=self.producer), 403)
        refused(get_lead_contact.sync_detailed("web-1", client=self.auditor), 403)
        for name, text in [("checkpoint.note", checkpoint.note), ("entry.proof", proof), ("log.key", key.verifier_key)]:
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(text)

    def erase(self):
        step("the person is erased in two steps, and is in no answer any more")
        body = ErasePeopleBody(subjects=[ADDRESS], requested_by="the person, by letter", reason="case 1")
        shown = answered(erase_people.sync_detailed(client=self.admin, body=body), 200)
        assert not shown.erased and shown.unknown == [] and shown.confirm, shown
        assert shown.people[0].to_dict()["leads"] == ["web-1"], shown
        wrong = ErasePeopleBody.from_dict({**body.to_dict(), "confirm": shown.confirm, "requestedBy": "somebody"})
        refused(erase_people.sync_detailed(client=self.admin, body=wrong), 409)
        body.confirm = shown.confirm
        done = answered(erase_people.sync_detailed(client=self.admin, body=body), 200)
        assert done.erased and done.count == 1 and len(done.certificates) == 1, done
        assert done.unfinished == 0, done
        refused(get_job_result.sync_detailed(self.dossier, client=self.admin, leadline_reason="case 1"), 404)
        client = self.partners[self.winner]
        for who, answer in [("partner", get_lead_contact.sync_detailed("web-1", client=client)),
                            ("manager", get_lead_contact.sync_detailed("web-1", client=self.manager)),
                            ("lead", get_lead.sync_detailed("web-1", client=self.manager))]:
            assert ADDRESS.encode() not in answer.content and b"Ferraris" not in answer.content, (who, answer.content)


def main():
    address, folder = sys.argv[1:]
    Day(address, folder).play()
    print(f"{steps} steps, all as the document says")


if __name__ == "__main__":
    main()
