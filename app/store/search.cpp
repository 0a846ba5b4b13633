/// app/store/search.cpp: words to an index query, hits to snippets.
#include <algorithm>

#include "app/store/store_state.h"

namespace soliloquy::store {
namespace {

constexpr size_t kMaxQueryBytes = 1000;
constexpr char kMarkBegin = '\x02', kMarkEnd = '\x03';

struct Word {
    std::string text;
    bool phrase = false;
};

bool has_letter(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
    });
}

/// Words and "quoted phrases" of what the user typed; NUL and control letters separate.
std::vector<Word> words_of(std::string_view query) {
    std::vector<Word> words;
    Word current;
    bool quoted = false;
    const auto end_word = [&] {
        if (has_letter(current.text)) words.push_back(current);
        current = {};
    };
    for (const char c : query.substr(0, kMaxQueryBytes)) {
        if (c == '"') {
            end_word();
            quoted = !quoted;
            current.phrase = quoted;
        } else if (static_cast<unsigned char>(c) <= ' ' && !quoted) {
            end_word();
        } else {
            current.text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        }
    }
    end_word();
    return words;
}

/// The index cuts text at spaces and punctuation, so it cannot find inside text of scripts that write without spaces: U+0E00..0EFF (Thai,
/// Lao), U+1000..109F (Burmese), U+1780..17FF (Khmer), U+2E80..U+9FFF (CJK), U+AC00..D7AF, U+F900..FAFF and above U+20000.
bool without_spaces(std::string_view text) {
    for (size_t i = 0; i + 2 < text.size(); ++i) {
        const auto a = static_cast<unsigned char>(text[i]);
        const auto b = static_cast<unsigned char>(text[i + 1]);
        if (a == 0xE0 && (b >= 0xB8 && b <= 0xBB)) return true;
        if (a == 0xE1 && (b <= 0x82 || b == 0x9E || b == 0x9F)) return true;
        if (a == 0xE2 && b >= 0xBA) return true;
        if (a >= 0xE3 && a <= 0xE9) return true;
        if (a >= 0xEA && a <= 0xED && !(a == 0xEA && b < 0xB0)) return true;
        if (a == 0xEF && b >= 0xA4 && b <= 0xAB) return true;
        if (a == 0xF0 && b >= 0xA0) return true;
    }
    return false;
}

std::string index_query(const std::vector<Word>& words, SearchScope scope, bool last_is_beginning) {
    std::string query;
    switch (scope) {
        case SearchScope::everything:
            break;
        case SearchScope::answers:
            query = "{answer} : ";
            break;
        case SearchScope::thoughts:
            query = "{thought} : ";
            break;
        case SearchScope::questions:
            query = "{question} : ";
            break;
    }
    query += '(';
    for (size_t i = 0; i < words.size(); ++i) {
        if (i > 0) query += " AND ";
        query += '"' + words[i].text + '"';  // holds no quote: they separate words
        if (i + 1 == words.size() && last_is_beginning && !words[i].phrase) query += " *";
    }
    return query + ')';
}

void take_marks(SearchHit& hit, const std::string& marked) {
    uint32_t begin = 0;
    for (const char c : marked) {
        if (c == kMarkBegin) {
            begin = static_cast<uint32_t>(hit.snippet.size());
        } else if (c == kMarkEnd) {
            hit.marks.emplace_back(begin, static_cast<uint32_t>(hit.snippet.size()));
        } else {
            hit.snippet += c;
        }
    }
}

SearchHit hit_of(const Query& row) {
    return {.conversation = row.integer(0),
            .message = row.integer(1),
            .title = row.text(2),
            .kind = static_cast<PartKind>(row.integer(3)),
            .role = static_cast<Role>(row.integer(4))};
}

std::vector<SearchHit> search_index(Sql& sql, const std::string& query, uint32_t limit) {
    Query row(
        sql.statement("SELECT conversations.id, messages.id, conversations.title, parts.kind, messages.role, "
                      "snippet(search_index, -1, char(2), char(3), '…', 24) "
                      "FROM search_index JOIN parts ON parts.id = search_index.rowid JOIN messages ON messages.id = parts.message_id "
                      "JOIN conversations ON conversations.id = messages.conversation_id "
                      "WHERE search_index MATCH ? AND conversations.removed IS NULL ORDER BY rank, parts.id DESC LIMIT ?"));
    row.with(query, limit);
    std::vector<SearchHit> hits;
    while (row.next()) {
        hits.push_back(hit_of(row));
        take_marks(hits.back(), row.text(5));
    }
    return hits;
}

/// Cuts about 40 bytes before and 120 after the place, at whole letters.
void cut_snippet(SearchHit& hit, const std::string& body, size_t at, size_t length) {
    const auto whole = [&](size_t i) {
        while (i > 0 && i < body.size() && (static_cast<unsigned char>(body[i]) & 0xC0) == 0x80) --i;
        return i;
    };
    const size_t begin = at > 40 ? whole(at - 40) : 0;
    const size_t end = at + length + 120 < body.size() ? whole(at + length + 120) : body.size();
    hit.snippet = (begin > 0 ? "…" : "") + body.substr(begin, end - begin) + (end < body.size() ? "…" : "");
    const size_t shift = begin > 0 ? std::string_view("…").size() : 0;
    hit.marks.emplace_back(static_cast<uint32_t>(at - begin + shift), static_cast<uint32_t>(at - begin + shift + length));
}

/// Looks at every text: for scripts that the index cannot cut into words. Newest first.
std::vector<SearchHit> scan(Sql& sql, const std::vector<Word>& words, SearchScope scope, uint32_t limit) {
    const int field = scope == SearchScope::questions ? 0 : scope == SearchScope::answers ? 1 : scope == SearchScope::thoughts ? 2 : -1;
    Query row(
        sql.statement("SELECT conversations.id, messages.id, conversations.title, parts.kind, messages.role, parts.body "
                      "FROM parts JOIN messages ON messages.id = parts.message_id "
                      "JOIN conversations ON conversations.id = messages.conversation_id "
                      "WHERE conversations.removed IS NULL AND parts.field IS NOT NULL AND (?1 = -1 OR parts.field = ?1) "
                      "AND instr(parts.body, ?2) > 0 ORDER BY parts.id DESC"));
    row.with(field, words.front().text);
    std::vector<SearchHit> hits;
    while (hits.size() < limit && row.next()) {
        const std::string body = row.text(5);
        const bool all =
            std::all_of(words.begin(), words.end(), [&](const Word& word) { return body.find(word.text) != std::string::npos; });
        if (!all) continue;
        hits.push_back(hit_of(row));
        cut_snippet(hits.back(), body, body.find(words.front().text), words.front().text.size());
    }
    return hits;
}

}  // namespace

StoreResult<std::vector<SearchHit>> ConversationStore::search(std::string_view query, SearchScope scope, uint32_t limit) const {
    return guarded<std::vector<SearchHit>>([&]() -> std::vector<SearchHit> {
        const std::vector<Word> words = words_of(query);
        if (words.empty()) return {};
        if (std::any_of(words.begin(), words.end(), [](const Word& word) { return without_spaces(word.text); })) {
            return scan(*state_->sql, words, scope, limit);
        }
        const bool last_is_beginning = static_cast<unsigned char>(query.back()) > ' ';
        return search_index(*state_->sql, index_query(words, scope, last_is_beginning), limit);
    });
}

}  // namespace soliloquy::store
