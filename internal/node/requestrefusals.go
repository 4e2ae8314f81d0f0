package node

import (
	"fmt"
	"strings"

	"entente/act"
	"entente/internal/store/viewdb"
	"entente/label"
)

// noMembers is a refusal that names who is no member.
func (n *Node) noMembers(r *act.Refusal, named label.MemberSet) *act.Refusal {
	out := *r
	var names []string
	for m := range named.Minus(n.found.Members()).All() {
		names = append(names, string(m))
	}
	out.Why = strings.Join(names, ", ") + ": no member of the centre"
	return &out
}

// Refusals of requests (spec/requests.md, "Refusals").
var (
	errAskNobody = &act.Refusal{Code: "request_nobody",
		Why: "a request asks a member at least", Cure: "name whom with --to"}
	errAskOneself = &act.Refusal{Code: "request_itself",
		Why: "this member is not asked by itself", Cure: "leave it out of --to"}
	errAskStranger = &act.Refusal{Code: "request_stranger", Rule: "7",
		Why: "this is no member of the centre", Cure: "entente members lists them"}
	errNoRequest = &act.Refusal{Code: "request_unknown",
		Why: "no such request is here", Cure: "entente rfi list shows them"}
	errJoinOne = &act.Refusal{Code: "request_join_one",
		Why: "a request that joins another goes to the asker of that one alone", Cure: "ask others in a request of its own: entente rfi new"}
	errJoinOwn = &act.Refusal{Code: "request_join_own",
		Why: "an own request is not joined, nor is one that joins it", Cure: "ask others the same: entente rfi new; what joins an own request is answered when that is: entente rfi answer"}
	errJoinEnded = &act.Refusal{Code: "request_join_ended",
		Why: "the request is closed, past its latest time of value or in doubt, and is not joined any more", Cure: "ask its asker anew: entente rfi new"}
	errJoinTwice = &act.Refusal{Code: "request_join_twice",
		Why: "this member joins that request already", Cure: "wait for its answer, or close the own one first: entente rfi close"}
	errNoRequirement = &act.Refusal{Code: "request_requirement",
		Why: "no open requirement of that reference is in the register of this member", Cure: "write it first, or leave it out: entente requirement add"}
	errLate = &act.Refusal{Code: "request_late",
		Why: "its latest time of value is past by the log's time", Cure: "give a later one"}
	errFar = &act.Refusal{Code: "request_far",
		Why: fmt.Sprintf("its latest time of value is more than %d days ahead", farthestDays), Cure: "give an earlier one, and ask anew then"}
	errWanted = &act.Refusal{Code: "request_wanted",
		Why: "the answer is wanted after its latest time of value", Cure: "want it earlier"}
	errParts = &act.Refusal{Code: "request_parts",
		Why: fmt.Sprintf("a request has 1 to %d parts", act.MaxParts), Cure: "ask the rest in a second request"}
	errDayBudget = &act.Refusal{Code: "request_day_budget",
		Why: fmt.Sprintf("the day's budget of %d requests to members is used up", requestLimits.Day), Cure: "ask tomorrow, or fewer members"}
	errPersons = &act.Refusal{Code: "request_person_budget", Rule: "2",
		Why: fmt.Sprintf("the day's budget of %d requests about persons is used up", requestLimits.Person), Cure: "ask tomorrow, or fewer members"}
	errOpenBudget = &act.Refusal{Code: "request_open_budget",
		Why: fmt.Sprintf("a member has at most %d open requests to members", openLimits.member), Cure: "close what is answered, or wanted no more: entente rfi close"}
	errOfficerBudget = &act.Refusal{Code: "request_officer_budget",
		Why: fmt.Sprintf("an officer has at most %d open requests to members", openLimits.officer), Cure: "close what is answered, or wanted no more: entente rfi close; or let another officer ask"}
)

// Refusals of answers.
var (
	errAnswerOwn = &act.Refusal{Code: "answer_own",
		Why: "an own request is not answered here", Cure: "close it: entente rfi close"}
	errAnswerDoubt = &act.Refusal{Code: "answer_in_doubt",
		Why: "the request is beyond its asker's budget of the day, and is not answered", Cure: "ask its asker to ask again on another day"}
	errEnded = &act.Refusal{Code: "answer_ended",
		Why: "the request is closed, or its latest time of value is past, and nothing is answered to it any more", Cure: "ask its asker to ask again"}
	errAnswerFinal = &act.Refusal{Code: "answer_final",
		Why: "this member has answered that nothing follows (final), and an answer after that does not count", Cure: "ask its asker to ask again"}
	errAnswerSame = &act.Refusal{Code: "answer_repeated",
		Why: "the last answer of this member said the same", Cure: "say what is new; entente rfi show has what was said"}
	errAnswerParts = &act.Refusal{Code: "answer_parts",
		Why: fmt.Sprintf("an answer speaks to 1 to %d parts, each once, by their numbers in the request", act.MaxParts), Cure: "entente rfi show numbers them"}
	errAnswersMany = &act.Refusal{Code: "answer_many",
		Why: fmt.Sprintf("a request has at most %d answers of its addressee", viewdb.MostAnswers), Cure: "say what is left in the report itself, or ask its asker to ask again"}
	errTruth = &act.Refusal{Code: "answer_truth",
		Why: "an answer is drafted as what it is, declined or no holding", Cure: "write which, with --alike, by which both leave as \"nothing to give\"; what it was stays here"}
	errNotGiven = &act.Refusal{Code: "answer_not_given", Rule: "7",
		Why: "the asker does not hold this portion by a report of this member", Cure: "release a report with it to the asker first: entente report release ask"}
	errNotReport = &act.Refusal{Code: "answer_report",
		Why: "no own report is here of that id", Cure: "name the draft that was released to the asker (entente report drafts), or the report (entente report search)"}
	errGivenLater = &act.Refusal{Code: "answer_report",
		Why: "the report is on its way into the log", Cure: "answer when it has arrived: entente report state"}
)

// Refusals of closings.
var (
	errCloseOther = &act.Refusal{Code: "closing_other",
		Why: "only its asker closes a request", Cure: "answer it: entente rfi answer"}
	errCloseMany = &act.Refusal{Code: "closing_many",
		Why: fmt.Sprintf("1 to %d requests are closed at once", act.MaxRecipients), Cure: "close the rest after them"}
	errClosed = &act.Refusal{Code: "closing_closed",
		Why: "the request is closed already", Cure: "what is still wanted is asked anew: entente rfi new"}
)

// Refusals of lines of registers.
var (
	errNoLine = &act.Refusal{Code: "register_unknown",
		Why: "no such line of this member is in the register", Cure: "entente requirement list and entente coverage list show them"}
	errLineEnded = &act.Refusal{Code: "register_ended",
		Why: "the line is ended already", Cure: "begin it anew: entente requirement add, entente coverage say"}
	errNoParent = &act.Refusal{Code: "register_parent",
		Why: "an EEI belongs to an open PIR of this member", Cure: "name one as its parent: entente requirement list"}
	errToldStranger = &act.Refusal{Code: "register_stranger", Rule: "7",
		Why: "this is no member of the centre", Cure: "entente members lists them"}
)
