/// tests/fuzz/reasoning/fuzz_reasoning.cpp: any bytes as a stream of tokens, through every family, cut in two ways.
///
/// Input: byte 0 the family, byte 1 flags (1 start in a thought, 2 the vocabulary lacks the marks, 4 stop sequences), then pieces: 0xFF n
/// is mark token n of the family, any other byte is text. Checked: the output is valid UTF-8, spans do not depend on the cuts, and
/// for valid UTF-8 texts and removed bytes are the input.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "engine/chat/stop_sequences.h"
#include "tests/support/span_collector.h"

namespace {

using namespace soliloquy;
using namespace soliloquy::testing;

void require(bool condition) {
    if (!condition) std::abort();
}

struct Parsed {
    SpanCollector collected;
    ThoughtStatus status = ThoughtStatus::none;
    ClosedBy closed_by = ClosedBy::nobody;
};

Parsed parse(const ReasoningProfile& profile, const FamilyTokens& tokens, const std::vector<StreamItem>& items, bool in_thought) {
    Parsed parsed;
    ReasoningParser parser(profile, in_thought);
    for (const StreamItem& item : items) feed_item(parser, tokens, item, parsed.collected);
    parser.finish(true, parsed.collected);
    parsed.status = parser.status();
    parsed.closed_by = parser.closed_by();
    require(parsed.collected.well_formed);
    for (const auto& [kind, text] : parsed.collected.spans) require(to_valid_utf8(text) == text);
    return parsed;
}

void check_stops(const std::string& input) {
    StopSequences stops({"</", "User:", "\n\n"});
    std::string out;
    for (const char byte : input) stops.feed(std::string_view(&byte, 1), out);
    stops.finish(out);
    require(input.starts_with(out) && (stops.stopped() || out == input));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 2) return 0;
    const auto families = reasoning_families();
    const ReasoningFamily& family = families[data[0] % families.size()];
    const bool lost = (data[1] & 2) != 0;
    const FamilyTokens tokens = lost ? FamilyTokens(std::vector<std::string>{}) : FamilyTokens(&family);
    const ReasoningProfile profile = resolve_reasoning_profile(&family, tokens.lookup());
    std::vector<StreamItem> whole, bytes;
    std::string input;
    for (size_t i = 2; i < size; ++i) {
        if (data[i] == 0xFF && i + 1 < size && !tokens.names().empty()) {
            const std::string& name = tokens.names()[data[++i] % tokens.names().size()];
            whole.push_back({true, name});
            bytes.push_back({true, name});
            input += name;
            continue;
        }
        const char byte = static_cast<char>(data[i]);
        if (whole.empty() || whole.back().is_token) whole.push_back({false, ""});
        whole.back().text += byte;
        bytes.push_back({false, std::string(1, byte)});
        input += byte;
    }
    const bool in_thought = (data[1] & 1) != 0;
    const Parsed once = parse(profile, tokens, whole, in_thought);
    const Parsed cut = parse(profile, tokens, bytes, in_thought);
    require(once.collected.spans == cut.collected.spans && once.status == cut.status && once.closed_by == cut.closed_by);
    if (to_valid_utf8(input) == input) require(once.collected.everything == input && cut.collected.everything == input);
    if (data[1] & 4) check_stops(input);
    return 0;
}
