"""Sentences that have nothing to do with any shop: how far outside of everything a model puts them is easy to get right, and says so."""

from __future__ import annotations

FAR = (
    "who wrote the ninth symphony", "prove that the square root of two is irrational", "how tall is mount everest",
    "what year did the roman empire fall", "explain photosynthesis to a child", "convert nine miles to kilometres",
    "who is the president of brazil", "write a haiku about autumn rain", "how do i tune a guitar by ear",
    "what is the boiling point of mercury", "translate good night into finnish", "which planet has the most moons",
    "give me a recipe for ratatouille", "how does a jet engine work", "what rhymes with orange",
    "when is the next solar eclipse", "tell me a story about a dragon", "how many bones are in the human hand",
    "what is the derivative of x cubed", "who won the world cup in 1998",
    "贝多芬一共写了几部交响曲", "勾股定理怎么证明", "地球到月亮有多远", "唐朝是哪一年建立的", "光合作用是什么意思", "写一首关于秋天的诗",
    "巴西的首都在哪里", "吉他怎么调音", "鲁迅的原名叫什么", "哪颗行星最大", "红烧肉怎么做", "飞机为什么能飞起来",
    "下一次日全食是什么时候", "给我讲个龙的故事", "人体有多少块骨头", "二次函数的顶点怎么求", "北京今天堵车吗", "围棋的规则是什么",
    "怎么学游泳", "太平洋有多深",
)  # fmt: skip
