/// tests/unit/viewmodels/thought_model_test.cpp: however a thought is cut into flushes, its lines are the same and only the last one
/// changes.
#include "app/viewmodels/thought_model.h"

#include <gtest/gtest.h>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <random>

namespace soliloquy {
namespace {

using ItemTester = QAbstractItemModelTester;

std::vector<std::pair<QString, bool>> lines_of(const ThoughtModel& model) {
    std::vector<std::pair<QString, bool>> lines;
    for (int i = 0; i < model.count(); ++i) {
        const QModelIndex at = model.index(i);
        lines.emplace_back(model.data(at, ThoughtModel::TextRole).toString(), model.data(at, ThoughtModel::GapRole).toBool());
    }
    return lines;
}

TEST(ThoughtModel, LinesAndGaps) {
    ThoughtModel model;
    model.append(QStringLiteral("\n\nfirst\nsecond\n\nthird"), 100);
    EXPECT_EQ(lines_of(model), (std::vector<std::pair<QString, bool>>{{"first", false}, {"second", false}, {"third", true}}));
}

TEST(ThoughtModel, EachLineCarriesTheTimeOfItsFirstLetter) {
    ThoughtModel model;
    model.append(QStringLiteral("one "), 200);
    model.append(QStringLiteral("more\n"), 900);
    model.append(QStringLiteral("two"), 1100);
    EXPECT_EQ(model.data(model.index(0), ThoughtModel::TimeRole).toString(), QStringLiteral("0.2 s"));
    EXPECT_EQ(model.data(model.index(1), ThoughtModel::TimeRole).toString(), QStringLiteral("1.1 s"));
}

TEST(ThoughtModel, AnyCutGivesTheSameLinesAndOnlyTheLastChanges) {
    std::mt19937 random(3);
    QString text;
    for (int i = 0; i < 400; ++i) {
        text += QStringLiteral("wörd 中%1").arg(i);
        text += random() % 9 == 0 ? QStringLiteral("\n\n") : random() % 5 == 0 ? QStringLiteral("\n") : QStringLiteral(" ");
    }
    ThoughtModel whole;
    whole.append(text, 0);
    for (int run = 0; run < 20; ++run) {
        ThoughtModel model;
        const ItemTester tester(&model, ItemTester::FailureReportingMode::Fatal);
        int wrong = 0;
        QObject::connect(&model, &QAbstractItemModel::dataChanged, &model,
                         [&](const QModelIndex& from, const QModelIndex&, const QList<int>& roles) {
                             if (roles.contains(ThoughtModel::TextRole) && from.row() != model.count() - 1) ++wrong;
                         });
        for (qsizetype at = 0; at < text.size();) {
            const qsizetype n = 1 + static_cast<qsizetype>(random() % 30);
            model.append(text.mid(at, n), 0);
            at += n;
        }
        ASSERT_EQ(lines_of(model), lines_of(whole));
        EXPECT_EQ(wrong, 0);
    }
}

TEST(ThoughtModel, ALineWithoutAnEndIsCut) {
    ThoughtModel model;
    QString word = QStringLiteral("abcdefghi ");
    for (int i = 0; i < 1000; ++i) model.append(word, 0);
    model.append(QString(5000, QLatin1Char('x')), 0);
    QString together;
    for (const auto& [line, gap] : lines_of(model)) {
        EXPECT_LE(line.size(), ThoughtModel::kMaxLineLetters);
        EXPECT_FALSE(gap);
        together += line;
    }
    EXPECT_EQ(together, word.repeated(1000) + QString(5000, QLatin1Char('x')));
    EXPECT_GE(model.count(), 10);
}

}  // namespace
}  // namespace soliloquy
