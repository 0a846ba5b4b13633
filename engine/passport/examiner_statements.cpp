/// engine/passport/examiner_statements.cpp: what statements pass on, and what the template writes as it stands.
#include "engine/passport/examiner.h"

namespace soliloquy::passport {

void Examiner::walk(const Statement& statement) {
    switch (statement.kind) {
        case StatementKind::data:
            return look_at_data(static_cast<const DataStatement&>(statement));
        case StatementKind::print:
            look(static_cast<const PrintStatement&>(statement).value.get());
            return;
        case StatementKind::if_: {
            const auto& branch = static_cast<const IfStatement&>(statement);
            for (const auto& [condition, body] : branch.branches) {
                look(condition.get());
                walk_branch(condition.get(), body);
            }
            return walk(branch.otherwise);
        }
        case StatementKind::for_:
            return walk_for(static_cast<const ForStatement&>(statement));
        case StatementKind::set: {
            const auto& set = static_cast<const SetStatement&>(statement);
            const Holds held = look(set.value.get());
            return assign(set.target, held, held == Holds::nothing ? literals(set.value.get()) : Words());
        }
        case StatementKind::set_block: {
            const auto& set = static_cast<const SetBlockStatement&>(statement);
            walk(set.body);
            return assign(set.target, Holds::text, {});  // whatever the block prints
        }
        case StatementKind::macro:
            return walk_macro(static_cast<const MacroStatement&>(statement));
        case StatementKind::call_block: {
            const auto& call = static_cast<const CallBlockStatement&>(statement);
            look(call.call.get());
            if (call.caller != nullptr) walk_macro(*call.caller);
            return;
        }
        case StatementKind::filter_block:
            return walk(static_cast<const FilterBlockStatement&>(statement).body);
        case StatementKind::with: {
            const auto& with = static_cast<const WithStatement&>(statement);
            for (const auto& [target, value] : with.assignments) assign(target, look(value.get()), literals(value.get()));
            return walk(with.body);
        }
        case StatementKind::scope:
            return walk(static_cast<const ScopeStatement&>(statement).body);
        case StatementKind::do_:
            look(static_cast<const DoStatement&>(statement).value.get());
            return;
        case StatementKind::break_:
        case StatementKind::continue_:
            return;
    }
}

void Examiner::look_at_data(const DataStatement& data) {
    const std::string_view text = data.text;
    for (const std::string_view scheme : {"http://", "https://"}) {
        const size_t at = text.find(scheme);
        if (at == std::string_view::npos) continue;
        const std::string_view address = text.substr(at, text.find_first_of(" \t\r\n\"'<>)", at) - at);
        report(Finding::writes_address, address, data.at, "The template writes the address “" + shortened(address) + "” into the prompt.");
    }
    // U+200B..U+200F and U+202A..U+202E (E2 80 8B..8F, AA..AE), U+2060..U+2069 (E2 81 A0..A9), tags U+E0000..U+E007F (F3 A0 80/81).
    for (size_t i = 0; i + 2 < text.size(); ++i) {
        const auto byte = [&](size_t k) { return static_cast<unsigned char>(text[i + k]); };
        const bool zero_width =
            byte(0) == 0xE2 && byte(1) == 0x80 && ((byte(2) >= 0x8B && byte(2) <= 0x8F) || (byte(2) >= 0xAA && byte(2) <= 0xAE));
        const bool joiner = byte(0) == 0xE2 && byte(1) == 0x81 && byte(2) >= 0xA0 && byte(2) <= 0xA9;
        const bool tag = byte(0) == 0xF3 && byte(1) == 0xA0 && (byte(2) == 0x80 || byte(2) == 0x81);
        if (!zero_width && !joiner && !tag) continue;
        report(Finding::invisible_text, "", data.at, "The template writes letters that cannot be seen into the prompt.");
        return;
    }
}

}  // namespace soliloquy::passport
