/// tests/unit/tokenizer/symbol_merger_test.cpp: scan, heap and windows give what the definition gives, with bounded work.
#include "engine/tokenizer/symbol_merger.h"

#include <gtest/gtest.h>

#include <random>

namespace soliloquy {
namespace {

/// The definition: the lowest rank, leftmost among equals, until none joins.
std::vector<Piece> by_definition(const MergeTable& table, const std::vector<Symbol>& units) {
    std::vector<Piece> pieces;
    for (const Symbol unit : units) pieces.push_back({unit, 1});
    while (true) {
        Merge best;
        size_t at = 0;
        for (size_t i = 0; i + 1 < pieces.size(); ++i) {
            const Merge merge = table.find(pieces[i].symbol, pieces[i + 1].symbol);
            if (merge.rank < best.rank) {
                best = merge;
                at = i;
            }
        }
        if (best.rank == kNoRank) return pieces;
        pieces[at] = {best.result, pieces[at].units + pieces[at + 1].units};
        pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(at) + 1);
    }
}

/// Random merges over `letters` letters, each of two symbols already there, in random order of rank: later symbols may well
/// join before the earlier ones they are made of.
MergeTable random_table(std::mt19937& random, unsigned letters, unsigned merges, bool equal_ranks) {
    MergeTable table;
    table.reserve(merges);
    std::vector<uint32_t> ranks;
    for (unsigned i = 0; i < merges; ++i) ranks.push_back(equal_ranks ? random() % 4 : i);
    if (random() % 2 == 0) std::shuffle(ranks.begin(), ranks.end(), random);
    for (unsigned i = 0; i < merges; ++i) {
        const Symbol left = static_cast<Symbol>(random() % (letters + i));
        const Symbol right = static_cast<Symbol>(random() % (letters + i));
        EXPECT_TRUE(table.add(left, right, {ranks[i], letters + i}));
    }
    return table;
}

TEST(SymbolMerger, AgreesWithTheDefinitionInEveryWindow) {
    std::mt19937 random(3);
    size_t windowed = 0;
    for (int round = 0; round < 600; ++round) {
        const unsigned letters = 1 + random() % 4;
        const MergeTable table = random_table(random, letters, 1 + random() % 12, random() % 3 == 0);
        std::vector<Symbol> units(random() % 400);
        for (Symbol& unit : units) unit = static_cast<Symbol>(random() % letters);
        if (random() % 4 == 0 && !units.empty()) units[random() % units.size()] = kNoSymbol;
        const auto expected = by_definition(table, units);
        for (const size_t window : {16u, 33u, 64u, 1000u}) {
            SymbolMerger merger(table, window);
            std::vector<Piece> found;
            merger.merge(units, found);
            ASSERT_EQ(found, expected) << "round " << round << ", window " << window;
            if (units.size() > 2 * window) ++windowed;
        }
    }
    EXPECT_GT(windowed, 500u);
}

// a a -> A, A A -> B, ...: tokens of 128 letters, as real vocabularies have for spaces.
MergeTable doubling_table() {
    MergeTable table;
    table.reserve(8);
    for (Symbol i = 0; i < 7; ++i) EXPECT_TRUE(table.add(i, i, {i, i + 1}));
    return table;
}

TEST(SymbolMerger, WorkIsLinearInARun) {
    const MergeTable table = doubling_table();
    for (const size_t length : {size_t{100'000}, size_t{1'600'000}}) {
        SymbolMerger merger(table);
        std::vector<Piece> found;
        const std::vector<Symbol> units(length, 0);
        merger.merge(units, found);
        EXPECT_EQ(found.size(), length / 128 + static_cast<size_t>(std::popcount(length % 128)));
        EXPECT_LE(merger.lookups(), 4 * length);
    }
}

TEST(SymbolMerger, WorkIsLinearInNoise) {
    std::mt19937 random(5);
    const MergeTable table = random_table(random, 26, 2000, false);
    std::vector<Symbol> units(1'000'000);
    for (Symbol& unit : units) unit = static_cast<Symbol>(random() % 26);
    SymbolMerger merger(table);
    std::vector<Piece> found;
    merger.merge(units, found);
    size_t covered = 0;
    for (const Piece& piece : found) covered += piece.units;
    EXPECT_EQ(covered, units.size());
    EXPECT_LE(merger.lookups(), 10 * units.size());
}

// No window of less than the whole text has a seam that holds: a chain that starts at the far end decides every join.
TEST(SymbolMerger, TextWithoutASeamIsStillExact) {
    // x a -> X (rank 0), X b -> x' ... : joins run from the left end through the whole text.
    MergeTable table;
    table.reserve(4);
    ASSERT_TRUE(table.add(0, 1, {0, 0}));  // x a -> x: one symbol eats the text
    ASSERT_TRUE(table.add(1, 1, {1, 2}));
    std::vector<Symbol> units(5000, 1);
    units[0] = 0;
    const auto expected = by_definition(table, units);
    SymbolMerger merger(table, 16);
    std::vector<Piece> found;
    merger.merge(units, found);
    EXPECT_EQ(found, expected);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].units, 5000u);
    EXPECT_LE(merger.lookups(), 40u * 5000u);
}

}  // namespace
}  // namespace soliloquy
